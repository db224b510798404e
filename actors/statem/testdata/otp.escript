#!/usr/bin/env escript
%%! +sbwt none
%% SPDX-License-Identifier: Apache-2.0
%%
%% Runs scripts on gen_statem and writes their traces: otp.escript UNIT_MS FILE...
%% A file holds the lines of a script (see script_test.go) and lines "do send WORD..." and "do wait N". FILE.trace gets the trace of the
%% start and of each do, each followed by a line "--".
-mode(compile).
-export([main/1, init/1, callback_mode/0, handle_event/4, terminate/3]).

main([Unit | Files]) ->
    logger:set_primary_config(level, none),
    [apart(fun() -> run(list_to_integer(Unit), F) end) || F <- Files],
    ok.

%% apart runs a function in a process of its own, so that nothing of one script reaches the next.
apart(F) ->
    {_, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, process, _, Why} -> normal = Why end.

run(Unit, File) ->
    {ok, Text} = file:read_file(File),
    Lines = [string:lexemes(L, " ") || L <- string:split(binary_to_list(Text), "\n", all), L =/= ""],
    {Dos, Script} = lists:partition(fun([W | _]) -> W =:= "do" end, Lines),
    process_flag(trap_exit, true),
    {ok, Pid} = gen_statem:start_link(?MODULE, {self(), Unit, Script}, []),
    First = settle(Pid, []),
    {Blocks, _} = lists:mapfoldl(
                    fun(["do", "wait", N], Open) -> timer:sleep(list_to_integer(N) * Unit), block(Pid, Open);
                       (["do", "send" | Ws], Open) -> block(Pid, Open ++ lists:flatmap(fun(W) -> send(Pid, W) end, Ws))
                    end, [], Dos),
    ok = file:write_file(File ++ ".trace", [[[[L, "\n"] || L <- B], "--\n"] || B <- [First | Blocks]]),
    unlink(Pid),
    exit(Pid, kill),
    ok.

send(Pid, "!" ++ W) -> [{gen_statem:send_request(Pid, W), W}];
send(Pid, W) -> gen_statem:cast(Pid, W), [].

block(Pid, Open) ->
    {settle(Pid, Open), Open}.

%% settle waits until the machine waits for messages, or is gone, and collects what came meanwhile.
settle(Pid, Open) ->
    try sys:get_state(Pid) catch _:_ -> ok end,
    case is_process_alive(Pid) of
        true -> collect(Open, [], []);
        false -> receive {'EXIT', Pid, Why} -> self() ! {gone, Why} after 0 -> ok end, collect(Open, [], [])
    end.

collect(Open, Log, Late) ->
    receive
        {trace, Line} -> collect(Open, [Line | Log], Late);
        {gone, Why} -> collect(Open, Log, ["exit " ++ why(Why) | Late]);
        Msg ->
            case [{Id, W, R} || {Id, W} <- Open, R <- [gen_statem:check_response(Msg, Id)], R =/= no_reply] of
                [{Id, W, Reply}] ->
                    case {put({answered, Id}, true), Reply} of
                        {true, _} -> collect(Open, Log, Late); % a second reply to one call
                        {_, {reply, State}} -> collect(Open, ["answer " ++ W ++ " " ++ atom_to_list(State) | Log], Late);
                        {_, {error, _}} -> collect(Open, Log, ["answer " ++ W ++ " none" | Late])
                    end;
                [] -> collect(Open, ["stray message" | Log], Late)
            end
    after 0 ->
            {Exits, Failed} = lists:partition(fun(L) -> lists:prefix("exit", L) end, Late),
            lists:reverse(Log) ++ lists:sort(Failed) ++ Exits
    end.

why(R) when is_atom(R) -> atom_to_list(R);
why({{bad_return_from_state_function, _}, _}) -> "no-result";
why({{bad_state_enter_return_from_state_function, _}, _}) -> "enter-result";
why({{bad_state_enter_action_from_state_function, _}, _}) -> "enter-action";
why({{bad_reply_action_from_state_function, _}, _}) -> "stop-action";
why({{bad_action_from_state_function, _}, _}) -> "bad-timeout";
why(Other) -> lists:flatten(io_lib:format("~0p", [Other])).

callback_mode() ->
    case get(enter) of
        true -> [handle_event_function, state_enter];
        _ -> handle_event_function
    end.

init({Runner, Unit, Script}) ->
    put(runner, Runner),
    put(unit, Unit),
    put(enter, lists:member(["enter", "on"], Script)),
    Rules = lists:foldl(fun(["on", S, E, "=" | R], Acc) -> maps:update_with({S, E}, fun(L) -> L ++ [R] end, [R], Acc);
                           (_, Acc) -> Acc
                        end, #{}, Script),
    [[State | Actions]] = [Ws || ["start" | Ws] <- Script],
    {ok, list_to_atom(State), Rules, actions(Actions, internal, undefined)}.

say(Parts) -> get(runner) ! {trace, lists:flatten(lists:join(" ", Parts))}.

terminate(_Why, State, _Rules) -> say([atom_to_list(State), "terminate"]).

handle_event(enter, Old, State, Rules) ->
    say([atom_to_list(State), "enter", atom_to_list(Old)]),
    take("enter", internal, State, Rules);
handle_event(Type, Content, State, Rules) ->
    Event = kind(Type) ++ "/" ++ Content,
    say([atom_to_list(State), Event]),
    take(Event, Type, State, Rules).

kind({call, _}) -> "msg";
kind(cast) -> "msg";
kind(info) -> "info";
kind(internal) -> "int";
kind(state_timeout) -> "state";
kind(timeout) -> "event";
kind({timeout, Name}) -> Name.

type("msg") -> cast;
type("int") -> internal;
type(Id) -> id(Id).

id("state") -> state_timeout;
id("event") -> timeout;
id(Name) -> {timeout, Name}.

take(Event, Type, State, Rules) ->
    Key = {atom_to_list(State), Event},
    case Rules of
        #{Key := [[Verb | Words] | Rest]} ->
            result(string:split(Verb, "/"), actions(Words, Type, State), Rules#{Key := Rest});
        #{} -> keep_state_and_data
    end.

result(["keep"], As, Rules) -> {keep_state, Rules, As};
result(["repeat"], As, Rules) -> {repeat_state, Rules, As};
result(["next", To], As, Rules) -> {next_state, list_to_atom(To), Rules, As};
result(["stop", Why], [], Rules) -> {stop, list_to_atom(Why), Rules};
result(["stop", Why], As, Rules) -> {stop_and_reply, list_to_atom(Why), As, Rules};
result(["none"], _, _) -> none.

actions(Words, Type, State) ->
    lists:flatmap(fun(W) -> action(string:split(W, "/", all), Type, State) end, Words).

action(["postpone"], _, _) -> [postpone];
action(["reply"], {call, From}, State) -> [{reply, From, State}];
action(["reply"], _, _) -> [];
action(["ins", Kind, C], _, _) -> [{next_event, type(Kind), C}];
action(["after", Id, N, C], _, _) -> [{id(Id), list_to_integer(N) * get(unit), C}];
action(["upd", Id, C], _, _) -> [{id(Id), update, C}];
action(["cancel", Id], _, _) -> [{id(Id), cancel}].
