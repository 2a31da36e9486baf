@0xd6f6e5e0a4b1c230;
# State machines as data. The built-in ones stand below as constants; docs/state_machine.md is generated from them.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");

enum Severity {
  info @0;
  warning @1;
  error @2;
  critical @3;
}

struct State {
  name @0 :Text;
  meaning @1 :Text;
}

struct Edge {
  from @0 :List(Text);
  to @1 :List(Text);
  # Every pair of a `from` and a `to` is an edge. More than one `to` needs a guard that leaves only one of them.
  trigger @2 :Text;
  guards @3 :List(Text);
  severity @4 :Severity;
  meaning @5 :Text;
}

struct Machine {
  name @0 :Text;
  version @1 :Text;
  initial @2 :Text;
  terminals @3 :List(Text);
  states @4 :List(State);
  edges @5 :List(Edge);
  meaning @6 :Text;
}

const runMachine :Machine = (
  name = "run", version = "1", initial = "pending",
  meaning = "One execution of a pipeline: it holds workstreams and ends once.",
  terminals = ["completed", "failed", "partial", "abandoned"],
  states = [
    (name = "pending", meaning = "Created; no workstream may begin yet."),
    (name = "running", meaning = "Workstreams may begin and go on."),
    (name = "paused", meaning = "Held by an operator: work in flight may end, nothing new begins."),
    (name = "completed", meaning = "Every workstream is done."),
    (name = "failed", meaning = "Ended because something could not be done."),
    (name = "partial", meaning = "Ended with some workstreams done and some not, none of them critical and failed."),
    (name = "abandoned", meaning = "Given up by an operator."),
  ],
  edges = [
    (from = ["pending"], to = ["running"], trigger = "start", meaning = "Work begins."),
    (from = ["running"], to = ["paused"], trigger = "pause", meaning = "An operator holds the run.", severity = warning),
    (from = ["paused"], to = ["running"], trigger = "resume", meaning = "The run goes on."),
    (from = ["running"], to = ["completed"], trigger = "complete", guards = ["all_workstreams_done"],
     meaning = "Everything asked for is done."),
    (from = ["running"], to = ["partial"], trigger = "complete_partially",
     guards = ["all_workstreams_terminal", "some_done_some_not", "no_critical_failed"],
     meaning = "What could be done is done; the rest was not critical.", severity = warning),
    (from = ["pending", "running", "paused"], to = ["failed"], trigger = "fail",
     meaning = "The run cannot reach its goal.", severity = error),
    (from = ["pending", "running", "paused"], to = ["abandoned"], trigger = "abandon",
     meaning = "Nobody wants the outcome any more.", severity = warning),
  ]);

const workstreamMachine :Machine = (
  name = "workstream", version = "1", initial = "pending",
  meaning = "One line of work inside a run: edited, checked, fixed and tried until it is done.",
  terminals = ["done", "failed", "abandoned"],
  states = [
    (name = "pending", meaning = "Waits for the workstreams it depends on."),
    (name = "ready", meaning = "Everything it depends on is done."),
    (name = "editing", meaning = "The change is being made."),
    (name = "static_check", meaning = "Compilers, linters and type checkers look at it."),
    (name = "fixing", meaning = "What a check found is being mended."),
    (name = "runtime_check", meaning = "It is run: tests, examples, benchmarks."),
    (name = "paused", meaning = "Held; resumes in the state it was paused in."),
    (name = "blocked", meaning = "Something it depends on failed or was abandoned."),
    (name = "done", meaning = "Passed every check."),
    (name = "failed", meaning = "Could not be done."),
    (name = "abandoned", meaning = "Given up."),
  ],
  edges = [
    (from = ["pending"], to = ["ready"], trigger = "dependencies_met", guards = ["dependencies_done"],
     meaning = "All it depends on is done."),
    (from = ["ready"], to = ["editing"], trigger = "begin_edit", guards = ["run_is_running"], meaning = "Work begins."),
    (from = ["editing"], to = ["static_check"], trigger = "edit_finished", meaning = "The change is ready to be looked at."),
    (from = ["static_check"], to = ["fixing"], trigger = "static_failed", meaning = "A static check found a fault.", severity = warning),
    (from = ["static_check"], to = ["runtime_check"], trigger = "static_passed", meaning = "The static checks found nothing."),
    (from = ["fixing"], to = ["static_check"], trigger = "recheck", meaning = "The mended change is looked at again."),
    (from = ["fixing"], to = ["runtime_check"], trigger = "fixed", meaning = "The mended change is run at once."),
    (from = ["runtime_check"], to = ["fixing"], trigger = "runtime_failed", meaning = "Running it showed a fault.", severity = warning),
    (from = ["runtime_check"], to = ["done"], trigger = "runtime_passed", meaning = "It works."),
    (from = ["pending", "ready"], to = ["blocked"], trigger = "dependency_failed",
     meaning = "Something it depends on failed or was abandoned.", severity = warning),
    (from = ["blocked"], to = ["pending"], trigger = "unblock", meaning = "An operator lets it wait again."),
    (from = ["ready", "editing", "static_check", "fixing", "runtime_check"], to = ["paused"], trigger = "pause",
     meaning = "An operator holds it.", severity = warning),
    (from = ["paused"], to = ["ready", "editing", "static_check", "fixing", "runtime_check"], trigger = "resume",
     guards = ["returns_to_paused_state", "run_is_running"], meaning = "It goes on where it was paused."),
    (from = ["pending", "ready", "editing", "static_check", "fixing", "runtime_check", "paused", "blocked"],
     to = ["failed"], trigger = "fail", meaning = "It cannot be done.", severity = error),
    (from = ["pending", "ready", "editing", "static_check", "fixing", "runtime_check", "paused", "blocked"],
     to = ["abandoned"], trigger = "abandon", meaning = "Nobody wants it any more.", severity = warning),
  ]);
