@0xd6f6e5e0a4b1c240;
# Proofs as `annals prove` writes them and `annals check-proof` reads them (docs/integrity.md). Never stored: they are JSON, and this is how
# it is read.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");
using Json = import "json.capnp";

struct InclusionProof {
  # One event is in the tree.
  position @0 :UInt64 $Json.required;
  leafIndex @1 :UInt64 $Json.required;
  # position - 1
  treeSize @2 :UInt64 $Json.required;
  leafInput @3 :Text $Json.required $Json.base64;
  # position, version, stream and event: docs/event_format.md
  leafHash @4 :Text $Json.required $Json.hash;
  root @5 :Text $Json.required $Json.hash;
  auditPath @6 :List(Text) $Json.required $Json.hash;
  # from the leaf up
}

struct ConsistencyProof {
  # The tree of the first size is the beginning of the tree of the second.
  firstSize @0 :UInt64 $Json.required;
  secondSize @1 :UInt64 $Json.required;
  firstRoot @2 :Text $Json.required $Json.hash;
  secondRoot @3 :Text $Json.required $Json.hash;
  consistencyPath @4 :List(Text) $Json.required $Json.hash;
}
