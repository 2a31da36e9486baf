#include "tests/concurrency/door.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "commands/engine.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/concurrency/binary.h"
#include "tests/judge/log_text.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::concurrency {
namespace {

using judge::Answer;
using judge::Command;
using judge::Kind;
using judge::Result;

// "run/r is at version 4, not at the expected 3": what a version conflict says, beside its code.
Answer ConflictOf(const std::string& message) {
  if (message.find("for a different command") != std::string::npos) return {.result = Result::kKeyConflict};
  constexpr std::string_view kAt = " is at version ";
  const size_t at = message.find(kAt);
  if (at == std::string::npos) throw std::runtime_error("a conflict of an unknown kind: " + message);
  return {.result = Result::kVersionConflict, .version = std::stoull(message.substr(at + kAt.size()))};
}

class EngineDoor final : public Door {
 public:
  EngineDoor(const std::string& path, int lock_timeout_ms)
      : storage_(support::Must(SqliteStorage::Open({.path = path,
                                                    .lock_timeout_ms = lock_timeout_ms,
                                                    .tables = ProjectedTables(),
                                                    .clock = &clock_,
                                                    .random = &random_}))),
        engine_(*storage_, clock_, random_) {}

  Answer Execute(const Command& command) override {
    const support::JsonCommand json(JsonOf(command));
    const schema::Command::Reader reader = json.reader();
    const auto answers = engine_.Execute({&reader, 1});
    if (absl::IsUnavailable(answers.status())) return {.result = Result::kLocked};
    const annals::Answer answer = support::Must(answers).at(0);
    if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
      return {.result = Result::kDone,
              .position = receipt->first_position.value,
              .version = receipt->version.value,
              .state = receipt->state,
              .repeat = receipt->repeat};
    }
    if (const auto* const refused = std::get_if<Refused>(&answer)) {
      return {.result = Result::kRefused, .position = refused->position.value, .repeat = refused->repeat};
    }
    const absl::Status& error = std::get<absl::Status>(answer);
    if (absl::IsNotFound(error)) return {.result = Result::kNotFound};
    if (!absl::IsAborted(error)) support::Must(error);
    return ConflictOf(std::string(error.message()));
  }

 private:
  static std::string JsonOf(const Command& command) {
    std::string json;
    switch (command.kind) {
      case Kind::kCreate:
        json = support::CreateWorkstream(command.ws, {}, false, command.run);
        break;
      case Kind::kMove:
        json = support::MoveWorkstream(command.ws, command.to, command.run);
        break;
      case Kind::kNote:
        json = support::Note(command.to, command.run);
        break;
    }
    json = support::With(json, fmt::format(R"("command_id":"{}")", command.key));
    if (!command.expected) return json;
    return support::With(json, fmt::format(R"("expect_version":{})", *command.expected));
  }

  SystemClock clock_;
  SystemRandom random_;
  const std::unique_ptr<Storage> storage_;
  Engine engine_;
};

class BinaryDoor final : public Door {
 public:
  BinaryDoor(std::string path, int lock_timeout_ms) : path_(std::move(path)), lock_timeout_ms_(lock_timeout_ms) {}

  Answer Execute(const Command& command) override {
    const testing_process::ProcessResult result = RunAnnals(path_, ArgumentsOf(command));
    const auto number = [&](std::string_view name) { return std::stoull(judge::Field(result.out, name)); };
    const bool repeat = judge::Field(result.out, "repeat") == "true";
    switch (result.exit) {
      case 0:
        return {.result = Result::kDone,
                .position = number("first_position"),
                .version = number("version"),
                .state = judge::Field(result.out, "state"),
                .repeat = repeat};
      case 3:
        return {.result = Result::kRefused, .position = number("position"), .repeat = repeat};
      case 4:
        return {.result = Result::kNotFound};
      case 5:
        return ConflictOf(result.err);
      default:
        if (IsLocked(result)) return {.result = Result::kLocked};
        throw std::runtime_error(fmt::format("exit code {}: {}", result.exit, result.err));
    }
  }

 private:
  std::vector<std::string> ArgumentsOf(const Command& command) const {
    std::vector<std::string> arguments;
    switch (command.kind) {
      case Kind::kCreate:
        arguments = {"ws", "create", command.ws};
        break;
      case Kind::kMove:
        arguments = {"ws", "transition", command.ws, command.to};
        break;
      case Kind::kNote:
        arguments = {"event", "record", command.to};
        break;
    }
    const std::string timeout = std::to_string(lock_timeout_ms_);
    for (const std::string& word : {std::string("--run"), command.run, std::string("--command-id"), command.key,
                                    std::string("--lock-timeout"), timeout, std::string("--json")}) {
      arguments.push_back(word);
    }
    if (command.expected) {
      arguments.push_back("--expect-version");
      arguments.push_back(std::to_string(*command.expected));
    }
    return arguments;
  }

  const std::string path_;
  const int lock_timeout_ms_;
};

}  // namespace

std::unique_ptr<Door> OpenEngine(const std::string& path, int lock_timeout_ms) {
  return std::make_unique<EngineDoor>(path, lock_timeout_ms);
}

std::unique_ptr<Door> UseBinary(const std::string& path, int lock_timeout_ms) {
  return std::make_unique<BinaryDoor>(path, lock_timeout_ms);
}

}  // namespace annals::concurrency
