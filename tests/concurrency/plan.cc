#include "tests/concurrency/plan.h"

#include <iterator>
#include <optional>
#include <random>

#include <fmt/format.h>

namespace annals::concurrency {
namespace {

using judge::Command;
using judge::Kind;

// Attempts after which other workstreams are at hand, as those before are about done.
constexpr uint64_t kRound = 15;

constexpr const char* kPath[] = {"pending", "ready", "editing", "static_check", "fixing", "runtime_check", "done"};

class Chance {
 public:
  Chance(uint64_t seed, int client, uint64_t number) {
    std::seed_seq seeds{seed, static_cast<uint64_t>(client), number};
    random_.seed(seeds);
  }
  uint64_t Below(uint64_t end) { return std::uniform_int_distribution<uint64_t>(0, end - 1)(random_); }
  bool Percent(uint64_t percent) { return Below(100) < percent; }

 private:
  std::minstd_rand random_;
};

std::string NextState(const std::string& state) {
  for (size_t i = 0; i + 1 < std::size(kPath); ++i) {
    if (state == kPath[i]) return kPath[i + 1];
  }
  return kPath[1];
}

}  // namespace

Command Plan::Next(uint64_t number) const {
  Chance chance(seed_, client_, number);
  const uint64_t round = number / kRound;
  if (!given_.empty() && chance.Percent(8)) return given_[chance.Below(given_.size())];
  if (!given_.empty() && chance.Percent(6)) {
    Command other = given_[chance.Below(given_.size())];
    return {.key = other.key, .kind = Kind::kNote, .run = other.run, .ws = "", .to = "other", .expected = {}};
  }
  const std::string shared = fmt::format("w{}", round);
  if (chance.Percent(5)) {
    return {.key = fmt::format("together-{}", round),
            .kind = Kind::kMove,
            .run = "shared",
            .ws = shared,
            .to = "ready",
            .expected = {}};
  }
  if (chance.Percent(5)) {
    return {.key = fmt::format("clash-{}", round),
            .kind = Kind::kNote,
            .run = "shared",
            .ws = "",
            .to = fmt::format("clash{}", client_),
            .expected = {}};
  }
  Command command{.key = fmt::format("{}-{}", client_, number),
                  .kind = Kind::kMove,
                  .run = "shared",
                  .ws = shared,
                  .to = "",
                  .expected = {}};
  if (chance.Percent(40)) command.run = fmt::format("own{}", client_);
  if (chance.Percent(15)) {
    command.kind = Kind::kLook;
    return command;
  }
  const auto version = versions_.find(command.run);
  if (version != versions_.end() && chance.Percent(30)) command.expected = version->second;
  if (chance.Percent(4)) command.expected = chance.Below(3 * number + 3);
  if (chance.Percent(number % kRound < 3 ? 70 : 10)) {
    command.kind = Kind::kCreate;
  } else if (chance.Percent(15)) {
    command.kind = Kind::kNote;
    command.ws.clear();
    command.to = "note";
  } else {
    const auto state = states_.find({command.run, command.ws});
    command.to = kPath[1 + chance.Below(std::size(kPath) - 1)];
    if (chance.Percent(75)) command.to = NextState(state == states_.end() ? "" : state->second);
  }
  return command;
}

void Plan::Learn(const judge::Attempt& attempt) {
  const Command& command = attempt.command;
  const judge::Answer& answer = attempt.answer.value();
  given_.push_back(command);
  if (answer.version != 0 && !answer.repeat) versions_[command.run] = answer.version;
  if (!answer.state.empty()) {
    states_[{command.run, command.ws}] = answer.state;
  }
}

}  // namespace annals::concurrency
