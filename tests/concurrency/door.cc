#include "tests/concurrency/door.h"

#include <initializer_list>
#include <optional>
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
  EngineDoor(std::string path, int lock_timeout_ms) : path_(std::move(path)), lock_timeout_ms_(lock_timeout_ms) {}

  Answer Execute(const Command& command) override {
    // Opening it can meet one who mends what a killed one left, and has to wait for that too.
    if (const absl::Status opened = Open(); absl::IsUnavailable(opened)) return {.result = Result::kLocked};
    if (command.kind == Kind::kLook) return Look(command);
    const support::JsonCommand json(JsonOf(command));
    const schema::Command::Reader reader = json.reader();
    const auto answers = engine_->Execute({&reader, 1});
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
  Answer Look(const Command& command) {
    auto read = storage_->Read();
    if (absl::IsUnavailable(read.status())) return {.result = Result::kLocked};
    const std::unique_ptr<Snapshot> snapshot = support::Must(std::move(read));
    Answer answer{.result = Result::kSeen,
                  .position = snapshot->head().position.value,
                  .version = support::Must(snapshot->VersionOf("run/" + command.run)).value};
    support::Must(snapshot->ReadRows({.table = &WorkstreamsTable().table()}, TableSet::kLive, [&](Row values) {
      const WorkstreamRow row = WorkstreamsTable().FromValues(values);
      if (row.run_id == command.run && row.ws_id == command.ws) answer.state = row.status;
      return absl::OkStatus();
    }));
    return answer;
  }

  static std::string JsonOf(const Command& command) {
    std::string json = support::Note(command.to, command.run);
    if (command.kind == Kind::kCreate) json = support::CreateWorkstream(command.ws, {}, false, command.run);
    if (command.kind == Kind::kMove) json = support::MoveWorkstream(command.ws, command.to, command.run);
    json = support::With(json, fmt::format(R"("command_id":"{}")", command.key));
    if (!command.expected) return json;
    return support::With(json, fmt::format(R"("expect_version":{})", *command.expected));
  }

  absl::Status Open() {
    if (engine_) return absl::OkStatus();
    auto opened = SqliteStorage::Open({.path = path_,
                                       .lock_timeout_ms = lock_timeout_ms_,
                                       .tables = ProjectedTables(),
                                       .clock = &clock_,
                                       .random = &random_});
    if (absl::IsUnavailable(opened.status())) return opened.status();
    storage_ = support::Must(std::move(opened));
    engine_.emplace(*storage_, clock_, random_);
    return absl::OkStatus();
  }

  const std::string path_;
  const int lock_timeout_ms_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Storage> storage_;
  std::optional<Engine> engine_;
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
        if (command.kind == Kind::kLook) return {.result = Result::kSeen, .state = judge::Field(result.out, "status")};
        return {.result = Result::kDone,
                .position = number("first_position"),
                .version = number("version"),
                .state = judge::Field(result.out, "state"),
                .repeat = repeat};
      case 3:
        return {.result = Result::kRefused, .position = number("position"), .repeat = repeat};
      case 4:
        return {.result = command.kind == Kind::kLook ? Result::kSeen : Result::kNotFound};
      case 5:
        return ConflictOf(result.err);
      default:
        if (IsLocked(result)) return {.result = Result::kLocked};
        throw std::runtime_error(fmt::format("exit code {}: {}", result.exit, result.err));
    }
  }

 private:
  std::vector<std::string> ArgumentsOf(const Command& command) const {
    const std::string timeout = std::to_string(lock_timeout_ms_);
    std::vector<std::string> arguments = {"--run", command.run, "--lock-timeout", timeout, "--json"};
    const auto add = [&](std::initializer_list<std::string> words) { arguments.insert(arguments.begin(), words); };
    if (command.kind == Kind::kLook) {
      add({"ws", "show", command.ws});
      return arguments;
    }
    if (command.expected) add({"--expect-version", std::to_string(*command.expected)});
    add({"--command-id", command.key});
    if (command.kind == Kind::kCreate) add({"ws", "create", command.ws});
    if (command.kind == Kind::kMove) add({"ws", "transition", command.ws, command.to});
    if (command.kind == Kind::kNote) add({"event", "record", command.to});
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
