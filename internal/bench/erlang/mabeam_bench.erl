%% SPDX-License-Identifier: Apache-2.0
%%
%% The Erlang/OTP side of the comparison. It reads lines "MEASURE OPS" from standard input and answers each with "ok FIGURE" (nanoseconds for
%% all operations, or bytes for one process) or "error REASON". Each measure runs in a process of its own, compiled, with the
%% schedulers as they come. It is the counterpart, message for message, of package work.
-module(mabeam_bench).
-export([main/0, start_worker/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(PAIRS, 8).
-define(SUPERVISORS, 64).
-define(HOT, 128).
-define(KEYS, 100000).

main() ->
    ok = logger:set_primary_config(level, none),
    {ok, _} = pg:start_link(),
    Emulator = case catch erlang:system_info(emu_flavor) of
        Flavor when is_atom(Flavor) -> atom_to_list(Flavor);
        _ -> "emu"
    end,
    answer("ready Erlang/OTP ~s (erts-~s, ~s, ~b schedulers)",
        [erlang:system_info(otp_release), erlang:system_info(version), Emulator, erlang:system_info(schedulers_online)]),
    loop().

loop() ->
    case io:get_line("") of
        Line when is_list(Line) ->
            [Name, Ops] = string:lexemes(Line, " \n"),
            Self = self(),
            {Pid, Ref} = spawn_monitor(fun() ->
                Self ! {self(), measure(list_to_existing_atom(Name), list_to_integer(Ops))}
            end),
            receive
                {Pid, Figure} ->
                    erlang:demonitor(Ref, [flush]),
                    answer("ok ~b", [Figure]);
                {'DOWN', Ref, process, Pid, Reason} ->
                    answer("error ~0p", [Reason])
            end,
            loop();
        _ ->
            halt(0)
    end.

answer(Format, Args) -> io:put_chars(lists:flatten([io_lib:format(Format, Args), $\n])).

timed(Fun) ->
    Begin = erlang:monotonic_time(nanosecond),
    Fun(),
    erlang:monotonic_time(nanosecond) - Begin.

%% One message after another to one process, until it has handled them all.
measure(tell, N) ->
    Receiver = counter(N),
    timed(fun() -> send(N, Receiver), done(1) end);

%% The same between as many processes, all at the same time.
measure(pairs, N) ->
    Each = max(1, N div ?PAIRS),
    Senders = [begin
        Receiver = counter(Each),
        spawn_link(fun() -> receive go -> send(Each, Receiver) end end)
    end || _ <- lists:seq(1, ?PAIRS)],
    timed(fun() -> [S ! go || S <- Senders], done(?PAIRS) end);

%% One message to and fro between two processes.
measure(pingpong, N) ->
    Self = self(),
    There = spawn_link(fun echo/0),
    Here = spawn_link(fun() -> receive go -> rally(N, There), Self ! done end end),
    Time = timed(fun() -> Here ! go, done(1) end),
    unlink(There), exit(There, kill),
    Time;

measure(call, N) ->
    {ok, Pid} = gen_server:start_link(?MODULE, worker, []),
    Time = timed(fun() -> calls(N, Pid) end),
    gen_server:stop(Pid),
    Time;

%% Children of one simple_one_for_one supervisor, one after another, each with its init.
measure(start, N) ->
    {ok, Sup} = pool(),
    Time = timed(fun() -> starts(N, Sup) end),
    stop_supervisor(Sup),
    Time;

%% Children of supervisors in turn; the time runs from the fatal message to the end of the next init.
measure(restart, N) ->
    Started = [begin
        {ok, Sup} = supervisor:start_link(?MODULE, {tree, self()}),
        receive {up, Pid} -> {Sup, Pid} end
    end || _ <- lists:seq(1, ?SUPERVISORS)],
    {Sups, Victims} = lists:unzip(Started),
    Time = timed(fun() -> crashes(N, queue:from_list(Victims)) end),
    [stop_supervisor(Sup) || Sup <- Sups],
    Time;

%% What one idle supervised gen_server holds, its supervisor's bookkeeping included.
measure(idle, N) ->
    {ok, Sup} = pool(),
    starts(1, Sup),
    Before = in_use(Sup),
    starts(N, Sup),
    After = in_use(Sup),
    stop_supervisor(Sup),
    (After - Before) div N;

measure(name, N) ->
    Pids = [begin
        Pid = spawn_link(fun echo/0),
        register(name(I), Pid),
        Pid
    end || I <- lists:seq(0, ?KEYS - 1)],
    Hot = hot(fun name/1),
    Time = timed(fun() -> names(N, 1, Hot) end),
    [begin unlink(Pid), exit(Pid, kill) end || Pid <- Pids],
    Time;

measure(table, N) ->
    Table = ets:new(table, [set, public, {read_concurrency, true}]),
    [ets:insert(Table, {I, I}) || I <- lists:seq(0, ?KEYS - 1)],
    Hot = hot(fun(I) -> I end),
    timed(fun() -> lookups(N, 1, Hot, Table) end);

%% Groups of eight.
measure(group, N) ->
    Pids = [spawn_link(fun echo/0) || _ <- lists:seq(1, 8)],
    Groups = list_to_tuple([begin [ok = pg:join({group, I}, Pid) || Pid <- Pids], {group, I} end || I <- lists:seq(1, ?HOT)]),
    Time = timed(fun() -> members(N, 1, Groups) end),
    [begin unlink(Pid), exit(Pid, kill) end || Pid <- Pids],
    Time.

counter(N) ->
    Self = self(),
    spawn_link(fun() -> count(N), Self ! done end).

count(0) -> ok;
count(N) -> receive item -> count(N - 1) end.

send(0, _) -> ok;
send(N, To) -> To ! item, send(N - 1, To).

done(0) -> ok;
done(N) -> receive done -> done(N - 1) end.

echo() -> receive {From, item} -> From ! item, echo() end.

rally(0, _) -> ok;
rally(N, There) -> There ! {self(), item}, receive item -> rally(N - 1, There) end.

calls(0, _) -> ok;
calls(N, Pid) -> 1 = gen_server:call(Pid, ask), calls(N - 1, Pid).

pool() -> supervisor:start_link(?MODULE, pool).

starts(0, _) -> ok;
starts(N, Sup) -> {ok, _} = supervisor:start_child(Sup, []), starts(N - 1, Sup).

crashes(0, _) -> ok;
crashes(N, Victims) ->
    {{value, Victim}, Rest} = queue:out(Victims),
    Victim ! crash,
    receive {up, Pid} -> crashes(N - 1, queue:in(Pid, Rest)) end.

stop_supervisor(Sup) ->
    unlink(Sup),
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, process, Sup, _} -> ok end.

in_use(Sup) ->
    [erlang:garbage_collect(Pid) || {_, Pid, _, _} <- supervisor:which_children(Sup)],
    erlang:garbage_collect(Sup),
    erlang:garbage_collect(),
    erlang:memory(total).

name(I) -> list_to_atom("name-" ++ integer_to_list(I)).

hot(Key) -> list_to_tuple([Key(I * (?KEYS div ?HOT)) || I <- lists:seq(0, ?HOT - 1)]).

next(?HOT) -> 1;
next(At) -> At + 1.

names(0, _, _) -> ok;
names(N, At, Hot) -> true = is_pid(whereis(element(At, Hot))), names(N - 1, next(At), Hot).

lookups(0, _, _, _) -> ok;
lookups(N, At, Hot, Table) -> [{_, _}] = ets:lookup(Table, element(At, Hot)), lookups(N - 1, next(At), Hot, Table).

members(0, _, _) -> ok;
members(N, At, Groups) -> [_ | _] = pg:get_members(element(At, Groups)), members(N - 1, next(At), Groups).

%% The children and their supervisors.

start_worker(Arg) -> gen_server:start_link(?MODULE, Arg, []).

init(pool) ->
    {ok, {#{strategy => simple_one_for_one, intensity => 1 bsl 30, period => 1},
        [#{id => worker, start => {?MODULE, start_worker, [worker]}, shutdown => infinity}]}};
init({tree, Parent}) ->
    {ok, {#{strategy => one_for_one, intensity => 1 bsl 30, period => 1},
        [#{id => worker, start => {?MODULE, start_worker, [{victim, Parent}]}, shutdown => infinity}]}};
init({victim, Parent}) ->
    Parent ! {up, self()},
    {ok, []};
init(worker) ->
    {ok, []}.

handle_call(ask, _From, State) -> {reply, 1, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(crash, State) -> {stop, crash, State}.
