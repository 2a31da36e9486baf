#include "tests/concurrency/writer.h"

#include <fmt/format.h>

#include "commands/engine.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::concurrency {
namespace {

using support::Must;

void Acknowledge(const Answer& answer, int command, const Post& post) {
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    post.Say(command, receipt->first_position.value, receipt->repeat ? kWasRepeat : 0);
    return;
  }
  // An error leaves nothing to be acknowledged, and there should be none: bad_variant_access ends the process.
  const Refused& refused = std::get<Refused>(answer);
  post.Say(command, refused.position.value, kWasRefused | (refused.repeat ? kWasRepeat : 0));
}

}  // namespace

std::vector<std::string> WorkOf(int writer, int commands) {
  std::vector<std::string> work;
  const std::string run = fmt::format("own{}", writer);
  while (work.size() < static_cast<size_t>(commands)) {
    const size_t round = work.size() / 10;
    const std::string own = fmt::format("w{}", round);
    const std::string shared = fmt::format("w{}-{}", writer, round);
    const std::string more[] = {
        round == 0 ? support::CreateRun(run, "running") : support::Note("round", run),
        support::CreateWorkstream(own, {}, false, run),
        support::CreateWorkstream(shared, {}, false, "shared"),
        support::MoveWorkstream(shared, "ready", "shared"),
        support::MoveWorkstream(own, "ready", run),
        support::MoveWorkstream(own, "done", run),  // refused
        support::RecordStep(own, "edit", "success", run),
        support::RecordError(shared, "edit", "s", "shared"),
        support::RecordError("counted", "edit", "s", "shared"),
        support::RecordStep("counted", "edit", "success", "shared"),
    };
    for (const std::string& command : more) {
      work.push_back(support::With(command, fmt::format(R"("command_id":"{}-{}")", writer, work.size())));
    }
  }
  work.resize(static_cast<size_t>(commands));
  return work;
}

void Write(const std::string& path, int first, int commands, const Post& post) {
  SystemClock clock;
  SystemRandom random;
  const auto storage = Must(SqliteStorage::Open(
      {.path = path, .lock_timeout_ms = kPatienceMs, .tables = ProjectedTables(), .clock = &clock, .random = &random}));
  Engine engine(*storage, clock, random);
  const std::vector<std::string> work = WorkOf(post.member, commands);
  for (int i = first; i < commands; ++i) {
    const support::JsonCommand command(work[static_cast<size_t>(i)]);
    const schema::Command::Reader reader = command.reader();
    Acknowledge(Must(engine.Execute({&reader, 1})).at(0), i, post);
  }
}

}  // namespace annals::concurrency
