@0xd6f6e5e0a4b1c220;
# Events: what happened. Stored canonical and packed; the leaf hash covers position, stream, version and these bytes.
# Fields and union members are only ever added.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");
using Json = import "json.capnp";
using Machine = import "machine.capnp";
using Command = import "command.capnp";

enum Word {
  # What built-in machines and steps are made of, one byte each where text would take ten: machines, states, triggers, steps. As text
  # they are snake_case. Only ever added, and a name that stands here is always written so, never as `other`.
  none @0;
  run @1;
  workstream @2;
  pending @3;
  running @4;
  paused @5;
  completed @6;
  failed @7;
  partial @8;
  abandoned @9;
  ready @10;
  editing @11;
  staticCheck @12;
  fixing @13;
  runtimeCheck @14;
  blocked @15;
  done @16;
  start @17;
  pause @18;
  resume @19;
  complete @20;
  completePartially @21;
  fail @22;
  abandon @23;
  dependenciesMet @24;
  beginEdit @25;
  editFinished @26;
  staticFailed @27;
  staticPassed @28;
  recheck @29;
  fixed @30;
  runtimeFailed @31;
  runtimePassed @32;
  dependencyFailed @33;
  unblock @34;
  edit @35;
  static @36;
  fix @37;
  runtime @38;
  task @39;
  worker @40;
  patch @41;
  testGate @42;
  circuitBreaker @43;
  request @44;
  queued @45;
  validating @46;
  retrying @47;
  cancelled @48;
  initializing @49;
  idle @50;
  busy @51;
  draining @52;
  unresponsive @53;
  shutdown @54;
  staged @55;
  applied @56;
  quarantined @57;
  verified @58;
  rolledBack @59;
  expired @60;
  superseded @61;
  passed @62;
  closed @63;
  open @64;
  halfOpen @65;
  planning @66;
  planAwaitingApproval @67;
  planApproved @68;
  planRejected @69;
  implementing @70;
  implementationAwaitingApproval @71;
  implementationApproved @72;
  implementationRejected @73;
  reviewing @74;
  verifying @75;
  assign @76;
  submit @77;
  retry @78;
  requeue @79;
  cancel @80;
  started @81;
  spawnFailed @82;
  release @83;
  drain @84;
  drained @85;
  heartbeatsMissed @86;
  recover @87;
  giveUp @88;
  shutDown @89;
  crash @90;
  validate @91;
  expire @92;
  stage @93;
  quarantine @94;
  apply @95;
  block @96;
  supersede @97;
  verify @98;
  rollBack @99;
  pass @100;
  failuresReached @101;
  cooldownElapsed @102;
  successesReached @103;
  failedAgain @104;
  trip @105;
  reset @106;
  plan @107;
  submitPlan @108;
  approve @109;
  reject @110;
  implement @111;
  submitImplementation @112;
  review @113;
  rework @114;
}

struct Event {
  recordedAt @0 :Int64 $Json.required $Json.time;
  # Microseconds since 1970 UTC; never before the previous event's.
  occurredAt @1 :Int64 $Json.time;
  # The time the event claims for itself; 0 when it claims none. Imported ones do, and those that were made while the
  # clock had gone back behind recordedAt.
  actor @2 :Text $Json.label;
  commandId @3 :Text $Json.id;
  commandDigest @4 :Data $Json.bytes(32);
  # SHA-256(salt ‖ canonical command) on the first event of a command that has an id; the salt lies beside the log.
  causation @5 :UInt64;
  # Position of the event that led to this one; 0 when a caller did.
  wsId @6 :Text $Json.id;
  # The workstream this is about, where it is about one. The run is named by the stream.

  content :union {
    # Free text and JSON of the event.
    none @7 :Void;
    inline @8 :Content;
    kept @9 :KeptContent;
  }

  body :union {
    unknown @10 :Void;
    runCreated @11 :RunCreated;
    workstreamCreated @12 :WorkstreamCreated;
    transitioned @13 :Transitioned;
    commandRefused @14 :CommandRefused;
    stepStarted @15 :StepStarted;
    stepCompleted @16 :StepCompleted;
    errorRecorded @17 :ErrorRecorded;
    noted @18 :Noted;
    contentRedacted @19 :ContentRedacted;
    created @20 :Created;
    amended @21 :Amended;
    checkpointSaved @22 :CheckpointSaved;
    machineDefined @23 :MachineDefined;
  }
}

struct Content {
  # What people, tools and agents wrote. Each kind of event has at most one JSON object and one text.
  json @0 :Text $Json.json;
  # metadata, result, context or payload
  text @1 :Text;
  # reason or message
}

struct KeptContent {
  # The content lies beside the log as canonical packed bytes, so that it can be redacted without touching a hash.
  digest @0 :Data;
  # SHA-256(salt ‖ bytes); the 16 bytes of salt lie beside the bytes
  size @1 :UInt32;
  # length of the bytes
}

struct RunCreated {
  machineVersion @0 :Text $Json.label;
}

struct WorkstreamCreated {
  machineVersion @0 :Text $Json.label;
  dependsOn @1 :List(Text) $Json.id;
  isCritical @2 :Bool;
}

struct Transitioned {
  # One body for every machine; the entity is the stream's own, or the event's workstream.
  machine :union $Json.flat $Json.required { known @0 :Word; other @1 :Text $Json.id; }
  from :union $Json.flat $Json.required { known @2 :Word; other @3 :Text $Json.id; }
  to :union $Json.flat $Json.required { known @4 :Word; other @5 :Text $Json.id; }
  trigger :union $Json.flat { known @6 :Word; other @7 :Text $Json.id; }
  # None for an override along no edge.
  severity @8 :Machine.Severity;
  operator @9 :Text $Json.label;
  # Who overrode the law, or, where `byHand` is set, who answers for a move that the law wants an operator for.
  final @10 :Bool;
  # `to` is a terminal state of the machine: a fold need not know machines.
  byHand @11 :Bool $Json.sparse;
  # The operator was asked for by the law, which was not set aside.
  entity @12 :Text $Json.id;
  # Absent of runs and workstreams, which stream and event name.
  task @13 :TaskMove;
  worker @14 :WorkerMove;
  patch @15 :PatchMove;
  testGate @16 :TestGateMove;
  request @17 :RequestMove;
  # What the move carries beyond states: of the machine's own kind, or none.
}

struct CommandRefused {
  command @0 :Text $Json.required $Json.label;
  machine @1 :Text;
  entity @2 :Text;
  from @3 :Text;
  to @4 :Text;
  why @5 :Text;
  legal @6 :List(Text);
  trigger @7 :Text;
  operator @8 :Text;
}

struct StepStarted {
  stepName :union $Json.flat $Json.required { known @0 :Word; other @2 :Text $Json.id; }
  startedAt @1 :Int64 $Json.time;
  # 0: when it was recorded
}

struct StepCompleted {
  attempt @0 :UInt64;
  # Position of its step_started; 0 when this event is the whole attempt.
  stepName :union $Json.flat $Json.required { known @1 :Word; other @6 :Text $Json.id; }
  status @2 :Command.StepStatus;
  startedAt @3 :Int64 $Json.time;
  completedAt @4 :Int64 $Json.time;
  # completedAt 0: when it was recorded. startedAt 0: when it was completed.
  exitCode @5 :Json.OptionalInt64;
}

struct ErrorRecorded {
  stepName :union $Json.flat $Json.required { known @0 :Word; other @3 :Text $Json.id; }
  errorCode @1 :Text $Json.required $Json.label;
  signature @2 :Text $Json.required $Json.label;
}

struct Noted {
  eventType @0 :Text $Json.id;
}

struct ContentRedacted {
  # The kept content of an earlier event of this stream is gone; why is this event's own content.
  position @0 :UInt64 $Json.required;
}

struct Created {
  # An entity of any machine but run and workstream.
  machine :union $Json.flat $Json.required { known @0 :Word; other @1 :Text $Json.id; }
  entity @2 :Text $Json.required $Json.id;
  machineVersion @3 :Text $Json.label;
  initial :union $Json.flat $Json.required { known @4 :Word; other @5 :Text $Json.id; }
  # The state it begins in.
  task @6 :TaskSpec;
  worker @7 :WorkerSpec;
  patch @8 :PatchSpec;
  testGate @9 :TestGateSpec;
  circuitBreaker @10 :CircuitBreakerSpec;
  request @11 :RequestMove;
  # What its kind has beyond a state; none of a user's own machine.
}

struct Amended {
  # Something about an entity changed, its state not.
  machine :union $Json.flat $Json.required { known @0 :Word; other @1 :Text $Json.id; }
  entity @2 :Text $Json.required $Json.id;
  worker @3 :WorkerMove;
  circuitBreaker @4 :ToolResult;
  request @5 :RequestMove;
}

struct CheckpointSaved {
  # A request's where the stream is one, else the event's workstream's.
  name @0 :Text $Json.required $Json.id;
  taskId @1 :Text $Json.id;
  # Whose work it is, and the claim to it, where that is stated.
  epoch @2 :UInt32 $Json.sparse;
}

struct MachineDefined {
  # The stream names it.
  version @0 :Text $Json.required $Json.label;
  # Hash of the definition.
  definition @1 :Text $Json.required $Json.json;
  # As annals machine show --format json prints it; inline, as the law of entities cannot be redacted.
}

struct TaskSpec {
  dependsOn @0 :List(Text) $Json.id;
  gateDependencies @1 :List(Text) $Json.id;
  validationGates @2 :List(Text) $Json.id;
  isCritical @3 :Bool;
  maxRetries @4 :UInt32;
  timeoutSec @5 :UInt32;
}

struct TaskMove {
  workerId @0 :Text $Json.id;
  # Who takes it, on the way to running; who gave it up, on the way out.
  epoch @1 :UInt32 $Json.sparse;
  # Of the claim: 1, 2, … per task.
  retryAt @2 :Int64 $Json.time;
}

struct WorkerSpec {
  capabilities @0 :List(Text) $Json.id;
  affinity @1 :List(Text) $Json.id;
  maxConcurrentTasks @2 :UInt32;
  heartbeatSec @3 :UInt32;
}

enum Claim {
  none @0;
  taken @1;
  released @2;
}

struct WorkerMove {
  claim @0 :Claim;
  # Of this task:
  runId @1 :Text $Json.id;
  taskId @2 :Text $Json.id;
  epoch @3 :UInt32 $Json.sparse;
  lastHeartbeat @4 :Int64 $Json.time;
  # When it had last been heard of.
}

struct PatchSpec {
  taskId @0 :Text $Json.id;
  tool @1 :Text $Json.id;
  format @2 :Command.PatchFormat;
  files @3 :List(Text);
  diffHash @4 :Text $Json.hash;
  # SHA-256 of the diff
  linesAdded @5 :UInt32;
  linesRemoved @6 :UInt32;
  formatFault @7 :Text;
  # "line 12: …"; absent where the diff is in its format.
  epoch @8 :UInt32 $Json.sparse;
  # Of the claim to its task under which it was made, where that is stated.
}

struct PatchMove {
  # What was stated of it, and what was seen of its tool.
  scopePassed @0 :Bool;
  constraintsPassed @1 :Bool;
  testsPassed @2 :Bool;
  stated @3 :List(Text) $Json.id;
  # Which of the three were stated, by their names in JSON. Absent where they are those that a move usually states: from
  # validating the first two, from applied the last, from elsewhere none. What was not stated counts for nothing.
  breaker @4 :Text $Json.id;
  # The state of its tool's circuit breaker, closed where there is none yet. Only of a move that depends on it; absent
  # in logs of before, and of a patch that names no tool.
}

struct TestGateSpec {
  type @0 :Command.GateType;
  timeoutSec @1 :UInt32;
  dependsOn @2 :List(Text) $Json.id;
}

struct TestGateMove {
  exitCode @0 :Json.OptionalInt64;
}

struct CircuitBreakerSpec {
  failureThreshold @0 :UInt32;
  cooldownSeconds @1 :UInt32;
  successThreshold @2 :UInt32;
}

struct ToolResult {
  outcome @0 :Command.Outcome;
}

enum Document {
  # Which text of a request an event carries.
  none @0;
  request @1;
  plan @2;
  implementation @3;
  review @4;
  verificationResult @5;
}

struct RequestMove {
  document @0 :Document $Json.sparse;
  patches @1 :List(Text);
  # "<patch>=<hash of its diff>", shown with an implementation and approved with it.
  digest @2 :Text $Json.hash;
  # Of what is approved.
  authority @3 :Text $Json.label;
  # By which.
  runId @4 :Text $Json.id;
  # The run that does the work, from here on.
}
