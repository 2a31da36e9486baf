// Strict JSON into Cap'n Proto structs, by the schema: unknown, missing, duplicate and ill-typed fields are refused.
//
// Untrusted JSON never meets Cap'n Proto's own decoder, which takes duplicate keys, bad hex and invalid UTF-8 and
// rounds large integers. JsonTokens finds the tokens; this maps. The annotations of schemas/json.capnp say what a
// field's JSON looks like.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <capnp/dynamic.h>

#include "schemas/command.capnp.h"
#include "schemas/json_text.h"   // IWYU pragma: export  MinifyJsonObject and the limits
#include "schemas/text_rules.h"  // IWYU pragma: export  CheckId, CheckLabel, CheckProse

namespace annals {

// Reads one JSON object into commands. Threads: one at a time (it keeps its buffers between calls).
class CommandReader {
 public:
  CommandReader();
  ~CommandReader();
  CommandReader(const CommandReader&) = delete;
  CommandReader& operator=(const CommandReader&) = delete;

  // Fills `command` (fresh) from `json`, which needs no padding. Nothing throws.
  //   kInvalidArgument   names the byte (from 1), the JSON pointer (where it is not the whole), the reason and what
  //   would be
  //                      right: "read the command: byte 14, /run_id: must be a string, is a number". `command` is then
  //                      half filled: throw it away.
  //   kInternal          Cap'n Proto could not build the message
  absl::Status Read(std::string_view json, schema::Command::Builder command);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The same for one JSON object whose keys are the fields of one struct.
class ObjectReader {
 public:
  // `name` is what messages call the object: "inclusion proof". CHECKs that every field has a type it can read.
  ObjectReader(std::string name, capnp::StructSchema schema);
  ~ObjectReader();
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  // Fills `object` (fresh, of that schema). Errors as CommandReader's.
  absl::Status Read(std::string_view json, capnp::DynamicStruct::Builder object);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace annals
