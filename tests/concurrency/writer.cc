#include "tests/concurrency/writer.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "commands/engine.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::concurrency {
namespace {

using support::Must;

void Acknowledge(int pipe, const Answer& answer, int writer, int command) {
  Acknowledgement said{.writer = writer, .command = command, .position = 0, .refused = 0, .repeat = 0};
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    said.position = receipt->first_position.value;
    said.repeat = receipt->repeat;
  } else {
    // An error leaves nothing to be acknowledged, and there should be none: bad_variant_access ends the process.
    const Refused& refused = std::get<Refused>(answer);
    said.position = refused.position.value;
    said.refused = 1;
    said.repeat = refused.repeat;
  }
  if (write(pipe, &said, sizeof(said)) != sizeof(said)) _exit(3);
}

void Work(const std::string& path, int writer, int commands, int pipe) {
  SystemClock clock;
  SystemRandom random;
  const auto storage = Must(SqliteStorage::Open(
      {.path = path, .lock_timeout_ms = 60'000, .tables = ProjectedTables(), .clock = &clock, .random = &random}));
  Engine engine(*storage, clock, random);
  const std::vector<std::string> work = WorkOf(writer, commands);
  for (int i = 0; i < commands; ++i) {
    const support::JsonCommand command(work[static_cast<size_t>(i)]);
    const schema::Command::Reader reader = command.reader();
    Acknowledge(pipe, Must(engine.Execute({&reader, 1})).at(0), writer, i);
  }
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

void RunWriter(const std::string& path, int writer, int commands, int pipe) {
  try {
    Work(path, writer, commands, pipe);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "writer %d: %s\n", writer, exception.what());
    _exit(1);
  }
  _exit(0);
}

}  // namespace annals::concurrency
