@0xd6f6e5e0a4b1c260;
# A machine as a user writes it, in JSON (SPEC §6). Never stored: what is checked becomes a Machine of machine.capnp.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");
using Json = import "json.capnp";
using Severity = import "machine.capnp".Severity;

struct StateDefinition {
  name @0 :Text $Json.required $Json.id;
  meaning @1 :Text $Json.label;
}

struct EdgeDefinition {
  from @0 :Text $Json.required $Json.id;
  to @1 :Text $Json.required $Json.id;
  trigger @2 :Text $Json.required $Json.id;
  guards @3 :List(Text) $Json.id;
  severity @4 :Severity;
  meaning @5 :Text $Json.label;
}

struct MachineDefinition {
  # All but version and meaning have to be there; whoever checks what they say names those that are not among the faults.
  name @0 :Text $Json.id;
  version @1 :Text $Json.id;
  # As `annals machine show` prints it. Not believed: the version is made from the rest.
  meaning @2 :Text $Json.label;
  initial @3 :Text $Json.id;
  terminals @4 :List(Text) $Json.id;
  states @5 :List(StateDefinition);
  edges @6 :List(EdgeDefinition);
}
