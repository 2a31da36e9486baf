@0xd6f6e5e0a4b1c201;
# How a field of a Cap'n Proto struct appears in JSON, beyond its type. json_reader and json_writer obey these;
# names become snake_case.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("annals::schema");

annotation required @0xd6f6e5e0a4b1c202 (field, union) :Void;
# Reading fails where the key is missing.

annotation id @0xd6f6e5e0a4b1c203 (field) :Void;
# Text, or each Text of a list, is an identifier: 1 to 128 bytes of [A-Za-z0-9._:-], not starting with '-' or '.'.

annotation label @0xd6f6e5e0a4b1c204 (field) :Void;
# Text is one line: 1 to 512 bytes of UTF-8 without control characters.

annotation json @0xd6f6e5e0a4b1c205 (field) :Void;
# Text holds a JSON object of the user's own: minified, key order and number text kept, at most 1 MiB.

annotation prose @0xd6f6e5e0a4b1c206 (field) :Void;
# Text is free text: up to 1 MiB of UTF-8 without NUL.

annotation time @0xd6f6e5e0a4b1c207 (field) :Void;
# Int64 is a time in microseconds since 1970 UTC, 0 when absent; in JSON it is ISO 8601 text.

annotation natural @0xd6f6e5e0a4b1c208 (field) :Void;
# Number is not negative.

annotation flat @0xd6f6e5e0a4b1c209 (union) :Void;
# A named union whose value stands under the union's own name; left out while it is an enumerant numbered 0.

annotation bytes @0xd6f6e5e0a4b1c20c (field) :UInt32;
# Data is so many bytes; in JSON it is hex.
annotation base64 @0xd6f6e5e0a4b1c20a (field) :Void;
# Text is bytes in base64 (RFC 4648 section 4), at most 8 MiB of it.

annotation hash @0xd6f6e5e0a4b1c20b (field) :Void;
# Text, or each Text of a list, is a SHA-256: 64 hex digits.

annotation sparse @0xd6f6e5e0a4b1c20d (field) :Void;
# Left out while it is zero.

struct OptionalBool {
  # A yes or no that may be absent, as OptionalInt64. In JSON null is as if it were not there.
  value @0 :Bool;
}

struct OptionalInt64 {
  # A number that may be absent: the pointer to it is null then. In JSON it is the bare number.
  value @0 :Int64;
}
