#!/usr/bin/env escript
%%! +sbwt none
%% SPDX-License-Identifier: Apache-2.0
%%
%% Runs scripts on gen_event and writes their traces: otp.escript FILE...
%% A file holds one command a line (see golden_test.go). FILE.trace gets the trace of each command, followed by a line "--".
-mode(compile).
-export([main/1, init/1, handle_event/2, handle_call/2, terminate/2]).

main(Files) ->
    logger:set_primary_config(level, none),
    [apart(fun() -> run(F) end) || F <- Files],
    ok.

%% apart runs a function in a process of its own, so that nothing of one script reaches the next.
apart(F) ->
    {_, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, process, _, Why} -> normal = Why end.

run(File) ->
    {ok, Text} = file:read_file(File),
    process_flag(trap_exit, true),
    {ok, Pid} = gen_event:start(),
    Traces = [trace(Pid, string:lexemes(L, " ")) || L <- string:split(binary_to_list(Text), "\n", all), L =/= ""],
    ok = file:write_file(File ++ ".trace", [[[[L, "\n"] || L <- T], "--\n"] || T <- Traces]).

trace(Pid, Words) ->
    Said = case do(Pid, Words) of
               ok -> [];
               {'EXIT', _} -> ["refused"];
               {error, _} -> ["refused"];
               Text -> [Text]
           end,
    try gen_event:which_handlers(Pid) catch _:_ -> gone end, % all that was sent has been handled
    Lines = lines(),
    [L || {_, L} <- Lines, not notice(L)] ++ Said ++ [L || {_, L} <- Lines, notice(L)].

notice(L) -> lists:prefix("owner", L).

lines() ->
    receive
        {line, L} -> [{line, L} | lines()];
        {gen_event_EXIT, {_, Id}, Why} -> [{line, "owner hears: " ++ Id ++ " " ++ why(Why)} | lines()];
        {'EXIT', _, _} -> lines()
    after 0 -> [] end.

why(normal) -> "normal";
why(shutdown) -> "shutdown";
why({swapped, {_, By}, _}) -> "swapped " ++ By;
why(_) -> "crashed".

id(Id) -> {?MODULE, Id}.

do(Pid, ["add", Id | How]) -> gen_event:add_handler(Pid, id(Id), {self(), Id, How});
do(Pid, ["own", Id | How]) -> gen_event:add_sup_handler(Pid, id(Id), {self(), Id, How});
do(Pid, ["delete", Id]) -> gen_event:delete_handler(Pid, id(Id), deleted);
do(Pid, ["swap", Id, By | How]) -> gen_event:swap_handler(Pid, {id(Id), swapped}, {id(By), {self(), By, How}});
do(Pid, ["take", Id, By | How]) -> gen_event:swap_sup_handler(Pid, {id(Id), swapped}, {id(By), {self(), By, How}});
do(Pid, ["notify", Name | Does]) -> gen_event:notify(Pid, {self(), Name, Does});
do(Pid, ["sync", Name | Does]) -> gen_event:sync_notify(Pid, {self(), Name, Does});
do(Pid, ["call", Id, Does]) -> gen_event:call(Pid, id(Id), {self(), Does});
do(Pid, ["list"]) -> lists:flatten(lists:join(" ", ["handlers" | [Id || {_, Id} <- gen_event:which_handlers(Pid)]]));
do(Pid, ["signal"]) -> exit(Pid, for_no_reason), ok;
do(Pid, ["stop"]) -> gen_event:stop(Pid, shutdown, infinity);
do(Pid, ["kill"]) -> exit(Pid, kill), receive {'EXIT', Pid, _} -> ok after 100 -> ok end.

say(Runner, Words) -> Runner ! {line, lists:flatten(lists:join(" ", Words))}.

%% The state of a handler is {Runner, Id}; what terminate returns is "state of Id".
init({{Runner, Id, How}, Handover}) -> start(Runner, Id, How, Handover);
init({Runner, Id, How}) -> start(Runner, Id, How, "nothing").

start(Runner, Id, How, Handover) ->
    say(Runner, [Id, "init with", case Handover of error -> "no such handler"; _ -> Handover end]),
    case How of
        [] -> {ok, {Runner, Id}};
        ["error"] -> {error, bad};
        ["panic"] -> exit(bad)
    end.

handle_event({_, Name, Does}, {Runner, Id} = State) ->
    say(Runner, [Id, "event", Name]),
    does([W || D <- Does, [I, W] <- [string:split(D, "=")], I =:= Id], State).

does([], State) -> {ok, State};
does(["remove"], _) -> remove_handler;
does(["error"], _) -> {error, bad};
does(["panic"], _) -> exit(bad);
does(["swap/" ++ By], State) -> swap(By, [], State);
does(["bad-swap/" ++ By], State) -> swap(By, ["error"], State).

swap(By, How, {Runner, _} = State) -> {swap_handler, swapped, State, id(By), {Runner, By, How}}.

handle_call({_, Does}, {_, Id} = State) ->
    case does([Does || Does =/= "answer"], State) of
        {ok, S} -> {ok, "answer of " ++ Id, S};
        remove_handler -> {remove_handler, "answer of " ++ Id};
        {swap_handler, A1, S1, H2, A2} -> {swap_handler, "answer of " ++ Id, A1, S1, H2, A2};
        Bad -> Bad
    end.

terminate(Why, {Runner, Id}) ->
    say(Runner, [Id, "ends", case Why of
                                 deleted -> "deleted";
                                 swapped -> "swapped";
                                 remove_handler -> "removed";
                                 stop -> "manager ended";
                                 {stop, _} -> "owner ended";
                                 {error, _} -> "crashed"
                             end]),
    "state of " ++ Id.
