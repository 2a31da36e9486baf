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
     guards = ["no_critical_failed", "all_workstreams_terminal", "some_done_some_not"],
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
    (from = ["static_check"], to = ["runtime_check"], trigger = "static_passed", guards = ["no_patch_quarantined"], meaning = "The static checks found nothing."),
    (from = ["fixing"], to = ["static_check"], trigger = "recheck", meaning = "The mended change is looked at again."),
    (from = ["fixing"], to = ["runtime_check"], trigger = "fixed", meaning = "The mended change is run at once."),
    (from = ["runtime_check"], to = ["fixing"], trigger = "runtime_failed", meaning = "Running it showed a fault.", severity = warning),
    (from = ["runtime_check"], to = ["done"], trigger = "runtime_passed", guards = ["no_patch_quarantined"], meaning = "It works."),
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

const taskMachine :Machine = (
  name = "task", version = "1", initial = "pending",
  meaning = "The smallest piece of work of a workstream: a worker takes it, does it, and its gates judge it.",
  terminals = ["completed", "failed", "cancelled"],
  states = [
    (name = "pending", meaning = "Waits for the tasks and gates it depends on."),
    (name = "queued", meaning = "May be taken by a worker."),
    (name = "blocked", meaning = "Something it depends on failed."),
    (name = "running", meaning = "A worker holds it."),
    (name = "validating", meaning = "Done by its worker; its gates are judging it."),
    (name = "retrying", meaning = "Failed and waits for its next try."),
    (name = "completed", meaning = "Done, and every gate of it passed."),
    (name = "failed", meaning = "Could not be done."),
    (name = "cancelled", meaning = "Given up."),
  ],
  edges = [
    (from = ["pending"], to = ["queued"], trigger = "dependencies_met", guards = ["claim_is_current", "workstream_is_open", "task_dependencies_done", "gate_dependencies_passed"],
     meaning = "All it depends on is done."),
    (from = ["pending"], to = ["blocked"], trigger = "dependency_failed", guards = ["claim_is_current"],
     meaning = "A task or gate it depends on failed.", severity = warning),
    (from = ["blocked"], to = ["pending"], trigger = "unblock", guards = ["claim_is_current"], meaning = "An operator lets it wait again."),
    (from = ["queued"], to = ["running"], trigger = "assign", guards = ["claim_is_current", "run_is_running", "workstream_is_open", "worker_named", "worker_is_free"],
     meaning = "A worker takes it."),
    (from = ["running"], to = ["validating"], trigger = "submit", guards = ["claim_is_current"], meaning = "The worker is done with it."),
    (from = ["running"], to = ["retrying"], trigger = "retry", guards = ["claim_is_current", "retries_left"],
     meaning = "It failed and will be tried again.", severity = warning),
    (from = ["running"], to = ["failed"], trigger = "fail", guards = ["claim_is_current"], meaning = "It failed for good.", severity = error),
    (from = ["validating"], to = ["completed"], trigger = "complete", guards = ["claim_is_current", "gates_passed"], meaning = "Its gates passed."),
    (from = ["validating"], to = ["failed"], trigger = "fail", guards = ["claim_is_current"], meaning = "A gate of it failed.", severity = error),
    (from = ["retrying"], to = ["queued"], trigger = "requeue", guards = ["claim_is_current", "workstream_is_open", "retry_is_due"], meaning = "Its waiting time is over."),
    (from = ["pending", "blocked", "queued", "running", "retrying"], to = ["cancelled"], trigger = "cancel", guards = ["claim_is_current"],
     meaning = "Nobody wants it any more.", severity = warning),
  ]);

const workerMachine :Machine = (
  name = "worker", version = "1", initial = "initializing",
  meaning = "Somebody who takes tasks and is heard of at intervals.",
  terminals = ["shutdown"],
  states = [
    (name = "initializing", meaning = "Being started."),
    (name = "idle", meaning = "Ready, with nothing to do."),
    (name = "busy", meaning = "Holds tasks."),
    (name = "draining", meaning = "Ends the tasks it holds and takes no more."),
    (name = "unresponsive", meaning = "Was not heard of for two heartbeats."),
    (name = "shutdown", meaning = "Gone."),
  ],
  edges = [
    (from = ["initializing"], to = ["idle"], trigger = "started", meaning = "It is ready."),
    (from = ["initializing"], to = ["shutdown"], trigger = "spawn_failed", meaning = "It could not be started.", severity = error),
    (from = ["idle"], to = ["busy"], trigger = "assign", guards = ["holds_task"], meaning = "It took a task."),
    (from = ["busy"], to = ["idle"], trigger = "release", guards = ["holds_no_task"], meaning = "It gave up its last task."),
    (from = ["busy"], to = ["draining"], trigger = "drain", meaning = "It was asked to stop while it holds tasks.", severity = warning),
    (from = ["draining"], to = ["shutdown"], trigger = "drained", meaning = "It stopped."),
    (from = ["busy", "idle"], to = ["unresponsive"], trigger = "heartbeats_missed", guards = ["lease_ran_out"], meaning = "It was not heard of for two heartbeats.", severity = error),
    (from = ["unresponsive"], to = ["idle"], trigger = "recover", meaning = "It was heard of again."),
    (from = ["unresponsive"], to = ["shutdown"], trigger = "give_up", meaning = "It is held for gone.", severity = error),
    (from = ["idle"], to = ["shutdown"], trigger = "shut_down", meaning = "It stopped."),
    (from = ["busy"], to = ["shutdown"], trigger = "crash", meaning = "It went away with tasks in its hands.", severity = critical),
  ]);

const patchMachine :Machine = (
  name = "patch", version = "1", initial = "pending",
  meaning = "A change of files, from its proposal until it is verified or taken back.",
  terminals = ["rolled_back", "expired", "superseded"],
  states = [
    (name = "pending", meaning = "Proposed."),
    (name = "validating", meaning = "Its format, scope and constraints are being checked."),
    (name = "staged", meaning = "May be applied."),
    (name = "blocked", meaning = "Held up by an open circuit breaker."),
    (name = "applied", meaning = "Is in the tree."),
    (name = "quarantined", meaning = "Not trusted: its workstream passes no check while it is."),
    (name = "verified", meaning = "Is in the tree, and the tests passed with it."),
    (name = "rolled_back", meaning = "Was taken out of the tree."),
    (name = "expired", meaning = "Was never used."),
    (name = "superseded", meaning = "Another took its place."),
  ],
  edges = [
    (from = ["pending"], to = ["validating"], trigger = "validate", meaning = "Its checks begin."),
    (from = ["pending"], to = ["expired"], trigger = "expire", meaning = "Nobody took it up."),
    (from = ["validating"], to = ["staged"], trigger = "stage", guards = ["patch_checks_passed"], meaning = "Format, scope and constraints are as they should be."),
    (from = ["validating"], to = ["quarantined"], trigger = "quarantine", guards = ["reason_required"], meaning = "A check found a fault.", severity = error),
    (from = ["staged"], to = ["applied"], trigger = "apply", guards = ["breaker_closed"], meaning = "It was put into the tree."),
    (from = ["staged"], to = ["blocked"], trigger = "block", guards = ["breaker_open"], meaning = "The tool's circuit breaker is open.", severity = warning),
    (from = ["staged"], to = ["superseded"], trigger = "supersede", meaning = "A newer one takes its place."),
    (from = ["blocked"], to = ["staged"], trigger = "unblock", guards = ["breaker_closed"], meaning = "The way is free again."),
    (from = ["blocked"], to = ["quarantined"], trigger = "quarantine", meaning = "It is not trusted any more.", severity = error),
    (from = ["applied"], to = ["verified"], trigger = "verify", guards = ["tests_passed"], meaning = "The tests passed with it."),
    (from = ["applied"], to = ["rolled_back"], trigger = "roll_back", guards = ["reason_required"], meaning = "It was taken out again.", severity = warning),
    (from = ["applied"], to = ["quarantined"], trigger = "quarantine", meaning = "It is not trusted any more.", severity = error),
    (from = ["verified"], to = ["rolled_back"], trigger = "roll_back", guards = ["reason_required"], meaning = "It was taken out again.", severity = warning),
    (from = ["quarantined"], to = ["validating"], trigger = "validate", meaning = "It is checked anew."),
    (from = ["quarantined"], to = ["expired"], trigger = "expire", meaning = "It is given up."),
  ]);

const testGateMachine :Machine = (
  name = "test_gate", version = "1", initial = "pending",
  meaning = "A check that others wait for: linters, tests, a security scan.",
  terminals = ["passed", "failed"],
  states = [
    (name = "pending", meaning = "Waits for the gates it depends on."),
    (name = "running", meaning = "Is being run."),
    (name = "passed", meaning = "Found nothing."),
    (name = "failed", meaning = "Found a fault."),
    (name = "blocked", meaning = "A gate it depends on failed."),
  ],
  edges = [
    (from = ["pending"], to = ["running"], trigger = "start", guards = ["workstream_is_open", "gates_before_passed"], meaning = "It is run."),
    (from = ["pending"], to = ["blocked"], trigger = "dependency_failed", meaning = "A gate it depends on failed.", severity = warning),
    (from = ["blocked"], to = ["pending"], trigger = "unblock", meaning = "An operator lets it wait again."),
    (from = ["running"], to = ["passed"], trigger = "pass", meaning = "It found nothing."),
    (from = ["running"], to = ["failed"], trigger = "fail", meaning = "It found a fault.", severity = error),
  ]);

const circuitBreakerMachine :Machine = (
  name = "circuit_breaker", version = "1", initial = "closed",
  meaning = "Keeps a tool that fails from being used again at once. One for each tool; it never ends.",
  terminals = [],
  states = [
    (name = "closed", meaning = "The tool may be used."),
    (name = "open", meaning = "The tool failed too often: it is left alone until the cooldown is over."),
    (name = "half_open", meaning = "The tool is tried again."),
  ],
  edges = [
    (from = ["closed"], to = ["open"], trigger = "failures_reached", guards = ["failures_reached"], meaning = "It failed too often in a row.", severity = error),
    (from = ["open"], to = ["half_open"], trigger = "cooldown_elapsed", guards = ["cooldown_elapsed"], meaning = "Its cooldown is over."),
    (from = ["half_open"], to = ["closed"], trigger = "successes_reached", guards = ["successes_reached"], meaning = "It works again."),
    (from = ["half_open"], to = ["open"], trigger = "failed_again", guards = ["has_failed_again"], meaning = "It still fails.", severity = error),
    (from = ["closed", "half_open"], to = ["open"], trigger = "trip", guards = ["operator_required", "reason_required"],
     meaning = "An operator keeps the tool from being used.", severity = warning),
    (from = ["open", "half_open"], to = ["closed"], trigger = "reset", guards = ["operator_required", "reason_required"],
     meaning = "An operator lets the tool be used again.", severity = warning),
  ]);

const requestMachine :Machine = (
  name = "request", version = "1", initial = "pending",
  meaning = "What a person asked for: planned, approved, implemented, approved, reviewed and verified.",
  terminals = ["completed", "failed", "cancelled"],
  states = [
    (name = "pending", meaning = "Asked for."),
    (name = "planning", meaning = "A plan is being made."),
    (name = "plan_awaiting_approval", meaning = "A person has to approve the plan."),
    (name = "plan_approved", meaning = "The plan may be carried out."),
    (name = "plan_rejected", meaning = "The plan has to be made anew."),
    (name = "implementing", meaning = "The plan is being carried out."),
    (name = "implementation_awaiting_approval", meaning = "A person has to approve what was made."),
    (name = "implementation_approved", meaning = "What was made is accepted."),
    (name = "implementation_rejected", meaning = "What was made has to be mended."),
    (name = "reviewing", meaning = "What was made is being reviewed."),
    (name = "verifying", meaning = "What was made is being tried."),
    (name = "completed", meaning = "What was asked for is there."),
    (name = "failed", meaning = "It could not be done."),
    (name = "cancelled", meaning = "Nobody wants it any more."),
  ],
  edges = [
    (from = ["pending"], to = ["planning"], trigger = "plan", meaning = "Planning begins."),
    (from = ["planning"], to = ["plan_awaiting_approval"], trigger = "submit_plan", guards = ["plan_given"], meaning = "There is a plan to be approved."),
    (from = ["plan_awaiting_approval"], to = ["plan_approved"], trigger = "approve", guards = ["digest_is_current"], meaning = "A person approved this very plan."),
    (from = ["plan_awaiting_approval"], to = ["plan_rejected"], trigger = "reject", guards = ["reason_required"], meaning = "A person wants another plan.", severity = warning),
    (from = ["plan_rejected"], to = ["planning"], trigger = "plan", meaning = "Another plan is being made."),
    (from = ["plan_approved"], to = ["implementing"], trigger = "implement", meaning = "The plan is carried out."),
    (from = ["implementing"], to = ["implementation_awaiting_approval"], trigger = "submit_implementation", guards = ["implementation_given"],
     meaning = "There is something to be approved."),
    (from = ["implementation_awaiting_approval"], to = ["implementation_approved"], trigger = "approve", guards = ["digest_is_current"],
     meaning = "A person approved this very implementation."),
    (from = ["implementation_awaiting_approval"], to = ["implementation_rejected"], trigger = "reject", guards = ["reason_required"],
     meaning = "A person wants it mended.", severity = warning),
    (from = ["implementation_rejected"], to = ["implementing"], trigger = "implement", meaning = "It is mended."),
    (from = ["implementation_approved"], to = ["reviewing"], trigger = "review", meaning = "It is reviewed."),
    (from = ["reviewing"], to = ["verifying"], trigger = "verify", meaning = "It is tried."),
    (from = ["verifying"], to = ["completed"], trigger = "complete", meaning = "It is there and works."),
    (from = ["reviewing", "verifying"], to = ["implementing"], trigger = "rework", meaning = "It has to be mended.", severity = warning),
    (from = ["pending", "planning", "plan_awaiting_approval", "plan_approved", "plan_rejected", "implementing", "implementation_awaiting_approval",
             "implementation_approved", "implementation_rejected", "reviewing", "verifying"],
     to = ["failed"], trigger = "fail", meaning = "It cannot be done.", severity = error),
    (from = ["pending", "planning", "plan_awaiting_approval", "plan_approved", "plan_rejected", "implementing", "implementation_awaiting_approval",
             "implementation_approved", "implementation_rejected", "reviewing", "verifying"],
     to = ["cancelled"], trigger = "cancel", meaning = "Nobody wants it any more.", severity = warning),
  ]);
