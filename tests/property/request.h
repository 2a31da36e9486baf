// A command before it is JSON: what the generator makes, the model judges and the engine is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace annals::property {

enum class RequestKind {
  kCreateRun,
  kMoveRun,
  kCreateWorkstream,
  kMoveWorkstream,
  kStartStep,
  kFinishStep,
  kRecordStep,
  kRecordError,
  kNote
};

struct Request {
  RequestKind kind = RequestKind::kNote;
  std::string run = {};  // empty: not named
  std::string ws = {};   // empty: not named
  std::string to = {};   // a state: to begin in, to go to; of a step its status
  std::vector<std::string> needs = {};
  bool is_critical = false;
  std::string step = {};
  std::string signature = {};
  uint64_t attempt = 0;
  bool overrides = false;
  bool sensitive = false;
  std::optional<uint64_t> expected_version = {};
  std::string content = {};  // JSON to go with it; empty: none
  // What does not make it another command under the same key.
  std::string key = {};
  bool dry_run = false;

  // Without key and dry_run: equal for the same command.
  std::string Text() const;
  std::string Json() const;
};

}  // namespace annals::property
