@0xd6f6e5e0a4b1c250;
# One line of `annals log --json --full`, as `annals import` reads it. The event's own fields (recorded_at, actor, …) are keys of the
# line like those here; its body stands under "payload", together with its content.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");
using Json = import "json.capnp";
using Event = import "event.capnp";

struct LogLine {
  position @0 :UInt64 $Json.required;
  stream @1 :Text $Json.required $Json.label;
  version @2 :UInt64 $Json.required;
  eventType @3 :Text $Json.required $Json.id;
  runId @4 :Text $Json.id;
  note @5 :Bool;
  commandSalt @6 :Data $Json.bytes(16);
  contentDigest @7 :Data $Json.bytes(32);
  # There where the content is kept beside the event.
  contentSize @8 :UInt32;
  contentSalt @9 :Data $Json.bytes(16);
  leafHash @10 :Data $Json.bytes(32);
  parts :group {
    # No keys of their own: what the others are read into.
    event @11 :Event.Event;
    # Without its content.
    content @12 :Event.Content;
    # From the payload.
  }
}
