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
