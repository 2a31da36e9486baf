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
}

struct Event {
  recordedAt @0 :Int64 $Json.required $Json.time;
  # Microseconds since 1970 UTC; never before the previous event's.
  occurredAt @1 :Int64 $Json.time;
  # The time an imported event claims for itself; 0 when it claims none.
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
  # Set exactly when this was an override.
  final @10 :Bool;
  # `to` is a terminal state of the machine: a fold need not know machines.
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
