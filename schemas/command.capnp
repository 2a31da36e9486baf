@0xd6f6e5e0a4b1c210;
# Commands: what a caller asks for. Flags, JSON objects and JSON lines all become one Command; the engine knows no other door.
# In JSON the key "command" names the member of `body` (snake_case), whose fields stand beside the common ones.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");
using Json = import "json.capnp";

enum StepStatus {
  inProgress @0;
  success @1;
  failure @2;
  skipped @3;
}

enum PatchFormat {
  unifiedDiff @0;
  gitPatch @1;
}

enum GateType {
  unit @0;
  lint @1;
  integration @2;
  security @3;
}

enum Outcome {
  success @0;
  failure @1;
}

struct Override {
  # Sets guards and missing edges aside; recorded as an event of its own kind.
  operator @0 :Text $Json.required $Json.label;
  reason @1 :Text $Json.required $Json.prose;
}

struct Command {
  actor @0 :Text $Json.label;
  # Who issues it; the engine's caller fills it in when absent.
  commandId @1 :Text $Json.id;
  # Idempotency key, global.
  expectVersion @2 :Json.OptionalInt64 $Json.natural;
  # The version the caller believes its stream is at; 0 is "no such stream yet".
  dryRun @3 :Bool;
  override @4 :Override;
  sensitive @5 :Bool;
  # Keeps what the operator states (metadata, reason) out of the event whatever its size, so that it can be redacted.

  body :union {
    none @6 :Void;
    createRun @7 :CreateRun;
    transitionRun @8 :TransitionRun;
    createWorkstream @9 :CreateWorkstream;
    transitionWorkstream @10 :TransitionWorkstream;
    startStep @11 :StartStep;
    finishStep @12 :FinishStep;
    recordStepAttempt @13 :RecordStepAttempt;
    recordError @14 :RecordError;
    recordEvent @15 :RecordEvent;
    redactContent @16 :RedactContent;
    createTask @17 :CreateTask;
    transitionTask @18 :TransitionTask;
    createWorker @19 :CreateWorker;
    transitionWorker @20 :TransitionWorker;
    heartbeatWorker @21 :HeartbeatWorker;
    createPatch @22 :CreatePatch;
    transitionPatch @23 :TransitionPatch;
    createTestGate @24 :CreateTestGate;
    transitionTestGate @25 :TransitionTestGate;
    createCircuitBreaker @26 :CreateCircuitBreaker;
    transitionCircuitBreaker @27 :TransitionCircuitBreaker;
    reportToolResult @28 :ReportToolResult;
    createRequest @29 :CreateRequest;
    transitionRequest @30 :TransitionRequest;
    amendRequest @31 :AmendRequest;
    saveCheckpoint @32 :SaveCheckpoint;
    defineMachine @33 :DefineMachine;
    createEntity @34 :CreateEntity;
    transitionEntity @35 :TransitionEntity;
  }
}

struct CreateRun {
  runId @0 :Text $Json.id;
  # Made by the engine (a ULID) when absent.
  status @1 :Text $Json.id;
  metadata @2 :Text $Json.json;
}

struct TransitionRun {
  runId @0 :Text $Json.required $Json.id;
  to @1 :Text $Json.id;
  trigger @2 :Text $Json.id;
  reason @3 :Text $Json.prose;
}

struct CreateWorkstream {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  dependsOn @2 :List(Text) $Json.id;
  isCritical @3 :Bool;
  metadata @4 :Text $Json.json;
}

struct TransitionWorkstream {
  runId @0 :Text $Json.id;
  # May be absent where exactly one open run holds the workstream.
  wsId @1 :Text $Json.required $Json.id;
  to @2 :Text $Json.id;
  trigger @3 :Text $Json.id;
  reason @4 :Text $Json.prose;
}

struct StartStep {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  stepName @2 :Text $Json.required $Json.id;
}

struct FinishStep {
  attemptId @0 :Json.OptionalInt64 $Json.required $Json.natural;
  status @1 :StepStatus $Json.required;
  exitCode @2 :Json.OptionalInt64;
  result @3 :Text $Json.json;
}

struct RecordStepAttempt {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  stepName @2 :Text $Json.required $Json.id;
  status @3 :StepStatus $Json.required;
  startedAt @4 :Int64 $Json.time;
  completedAt @5 :Int64 $Json.time;
  exitCode @6 :Json.OptionalInt64;
  result @7 :Text $Json.json;
}

struct RecordError {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  stepName @2 :Text $Json.required $Json.id;
  errorCode @3 :Text $Json.required $Json.label;
  signature @4 :Text $Json.required $Json.label;
  message @5 :Text $Json.required $Json.prose;
  context @6 :Text $Json.json;
}

struct RecordEvent {
  runId @0 :Text $Json.id;
  wsId @1 :Text $Json.id;
  eventType @2 :Text $Json.required $Json.id;
  payload @3 :Text $Json.json;
}

struct RedactContent {
  position @0 :Json.OptionalInt64 $Json.required $Json.natural;
  # Of the event whose kept content goes.
  reason @1 :Text $Json.required $Json.prose;
}

struct CreateTask {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  taskId @2 :Text $Json.required $Json.id;
  # Unique within the run.
  dependsOn @3 :List(Text) $Json.id;
  # Tasks of the run that must be completed before this one is queued.
  gateDependencies @4 :List(Text) $Json.id;
  # Gates of the run that must have passed before it is queued.
  validationGates @5 :List(Text) $Json.id;
  # Gates that must have passed before it is completed: they look at what it made.
  isCritical @6 :Bool;
  maxRetries @7 :Json.OptionalInt64 $Json.natural;
  # 3 when absent
  timeoutSec @8 :Json.OptionalInt64 $Json.natural;
  # 1800 when absent
  metadata @9 :Text $Json.json;
}

struct TransitionTask {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.id;
  # Where it is given, the task's own.
  taskId @2 :Text $Json.required $Json.id;
  to @3 :Text $Json.id;
  trigger @4 :Text $Json.id;
  reason @5 :Text $Json.prose;
  workerId @6 :Text $Json.id;
  # Who takes it (to running), or who says this; then it must hold the task.
  epoch @7 :Json.OptionalInt64 $Json.natural;
  # Of the claim under which this is said; one that is over is refused.
}

struct CreateWorker {
  workerId @0 :Text $Json.required $Json.id;
  status @1 :Text $Json.id;
  # initializing unless it says idle
  capabilities @2 :List(Text) $Json.id;
  affinity @3 :List(Text) $Json.id;
  maxConcurrentTasks @4 :Json.OptionalInt64 $Json.natural;
  # 1 when absent
  heartbeatSec @5 :Json.OptionalInt64 $Json.natural;
  # How often it promises to be heard of; 30 when absent.
  metadata @6 :Text $Json.json;
}

struct TransitionWorker {
  workerId @0 :Text $Json.required $Json.id;
  to @1 :Text $Json.id;
  trigger @2 :Text $Json.id;
  reason @3 :Text $Json.prose;
}

struct HeartbeatWorker {
  # Renews the worker's lease; no event, unless it had been given up as unresponsive.
  workerId @0 :Text $Json.required $Json.id;
}

struct CreatePatch {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.required $Json.id;
  patchId @2 :Text $Json.required $Json.id;
  # Unique within the run.
  taskId @3 :Text $Json.id;
  format @4 :PatchFormat;
  diff @5 :Text $Json.required $Json.prose;
  tool @6 :Text $Json.id;
  # By which it would be applied: not while that tool's circuit breaker is open.
  metadata @7 :Text $Json.json;
  epoch @8 :Json.OptionalInt64 $Json.natural;
  # Of the claim to taskId under which it was made; one that is over is refused.
}

struct TransitionPatch {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.id;
  patchId @2 :Text $Json.required $Json.id;
  to @3 :Text $Json.id;
  trigger @4 :Text $Json.id;
  reason @5 :Text $Json.prose;
  scopePassed @6 :Json.OptionalBool;
  constraintsPassed @7 :Json.OptionalBool;
  # What its validation found: has to be said when it is staged.
  testsPassed @8 :Json.OptionalBool;
  # Has to be said when it is verified.
}

struct CreateTestGate {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.id;
  gateId @2 :Text $Json.required $Json.id;
  # Unique within the run.
  type @3 :GateType;
  timeoutSec @4 :Json.OptionalInt64 $Json.natural;
  # 1800 when absent
  dependsOn @5 :List(Text) $Json.id;
  # Gates of the run that must have passed before this one is run.
  metadata @6 :Text $Json.json;
}

struct TransitionTestGate {
  runId @0 :Text $Json.required $Json.id;
  wsId @1 :Text $Json.id;
  gateId @2 :Text $Json.required $Json.id;
  to @3 :Text $Json.id;
  trigger @4 :Text $Json.id;
  reason @5 :Text $Json.prose;
  exitCode @6 :Json.OptionalInt64;
  result @7 :Text $Json.json;
}

struct CreateCircuitBreaker {
  tool @0 :Text $Json.required $Json.id;
  failureThreshold @1 :Json.OptionalInt64 $Json.natural;
  # 5 when absent
  cooldownSeconds @2 :Json.OptionalInt64 $Json.natural;
  # 60 when absent
  successThreshold @3 :Json.OptionalInt64 $Json.natural;
  # 1 when absent
  metadata @4 :Text $Json.json;
}

struct TransitionCircuitBreaker {
  tool @0 :Text $Json.required $Json.id;
  to @1 :Text $Json.id;
  trigger @2 :Text $Json.id;
  reason @3 :Text $Json.prose;
  operator @4 :Text $Json.label;
  # Who answers for moving it by hand.
}

struct ReportToolResult {
  # How a use of the tool ended; makes its circuit breaker if there is none.
  tool @0 :Text $Json.required $Json.id;
  outcome @1 :Outcome $Json.required;
  reason @2 :Text $Json.prose;
}

struct CreateRequest {
  requestId @0 :Text $Json.id;
  # Made by the engine (a ULID) when absent.
  request @1 :Text $Json.required $Json.prose;
  runId @2 :Text $Json.id;
  # The run that does the work.
  metadata @3 :Text $Json.json;
}

struct TransitionRequest {
  requestId @0 :Text $Json.required $Json.id;
  to @1 :Text $Json.id;
  trigger @2 :Text $Json.id;
  reason @3 :Text $Json.prose;
  plan @4 :Text $Json.prose;
  implementation @5 :Text $Json.prose;
  review @6 :Text $Json.prose;
  verificationResult @7 :Text $Json.prose;
  # At most one of these and the reason: the text of the event.
  scope @8 :Text $Json.json;
  # What it is about, shown beside a plan or an implementation and approved with it.
  patches @9 :List(Text) $Json.id;
  # Patches of the linked run that the implementation is made of.
  digest @10 :Text $Json.hash;
  # Of what is approved: requests.plan_digest or implementation_digest.
  authority @11 :Text $Json.label;
  # By which it is approved. Both go with an approval only.
  runId @12 :Text $Json.id;
}

struct AmendRequest {
  # Changes what waits for approval, which voids its digest, or links a run. At most one text; what is not named stays.
  requestId @0 :Text $Json.required $Json.id;
  plan @1 :Text $Json.prose;
  implementation @2 :Text $Json.prose;
  scope @3 :Text $Json.json;
  patches @4 :List(Text) $Json.id;
  runId @5 :Text $Json.id;
}

struct SaveCheckpoint {
  # Of a request, or of a workstream of a run.
  requestId @0 :Text $Json.id;
  runId @1 :Text $Json.id;
  wsId @2 :Text $Json.id;
  name @3 :Text $Json.required $Json.id;
  data @4 :Text $Json.json;
  taskId @5 :Text $Json.id;
  # The task of the workstream whose work it is.
  epoch @6 :Json.OptionalInt64 $Json.natural;
  # Of the claim to it under which it is saved; one that is over is refused.
}

struct DefineMachine {
  machine @0 :Text $Json.required $Json.json;
}

struct CreateEntity {
  machine @0 :Text $Json.required $Json.id;
  # One that machines define; the newest version of it.
  entityId @1 :Text $Json.required $Json.id;
  metadata @2 :Text $Json.json;
}

struct TransitionEntity {
  machine @0 :Text $Json.required $Json.id;
  entityId @1 :Text $Json.required $Json.id;
  to @2 :Text $Json.id;
  trigger @3 :Text $Json.id;
  reason @4 :Text $Json.prose;
  operator @5 :Text $Json.label;
  # Who answers for it, where the edge asks for one.
}
