// The promises of SPEC §2 over random commands, legal and illegal, about entities of every machine. A failure prints
// its seed; RC_PARAMS="seed=…" gives it again.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "eventstore/memory/memory_storage.h"
#include "tests/property/all_faults.h"
#include "tests/property/choices.h"
#include "tests/property/machine_rules.h"
#include "tests/property/machine_script.h"
#include "tests/property/script.h"
#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::property {
namespace {

using support::Must;
using support::Session;
using support::TableLines;
using support::TablesOf;

// What an answer and a preview must say alike: the events and where they go, or the refusal, or the error.
std::string ForeseenLine(const Answer& answer, Storage& storage) {
  if (const auto* const preview = std::get_if<Preview>(&answer)) {
    if (preview->refusal) return fmt::format("{}: {}", preview->stream, RefusalText(*preview->refusal));
    std::string line = preview->stream;
    for (const Preview::Event& event : preview->events) {
      line += fmt::format(", #{} {} v{} {}", event.position.value, event.stream, event.version.value, event.event_type);
    }
    return line;
  }
  if (const auto* const refused = std::get_if<Refused>(&answer)) {
    return fmt::format("{}: {}", refused->stream, RefusalText(refused->refusal));
  }
  if (const auto* const status = std::get_if<absl::Status>(&answer)) return status->ToString();
  const Receipt& receipt = std::get<Receipt>(answer);
  std::string line = receipt.stream;
  if (receipt.first_position.value == 0) return line;
  for (const auto& record :
       support::RecordsOf(storage, {.first = receipt.first_position, .last = receipt.last_position})) {
    line +=
        fmt::format(", #{} {} v{} {}", record.position.value, record.stream, record.version.value, record.event_type);
  }
  return line;
}

// Gives commands to an engine one at a time and looks at what each did.
class Watched {
 public:
  explicit Watched(Storage& storage) : storage_(storage), session_(storage), tables_(TablesOf(storage)) {}

  // "" or what the command did that no command may do.
  std::string Give(const TimedCommand& command) {
    const Timestamp now{session_.clock().Now().micros + command.wait_sec * 1'000'000};
    const Position before = end();
    session_.clock().Set(now);
    const Answer foreseen = session_.Execute(support::With(command.json, R"("dry_run":true)"));
    if (end() != before || TablesOf(storage_) != tables_) return "a dry run changed something";
    session_.clock().Set(now);
    const Answer answer = session_.Execute(command.json);
    ++answers_[answer.index()];
    const bool is_repeat = support::LineOf(answer).ends_with("a repeat");
    if (is_repeat) {
      if (end() != before || TablesOf(storage_) != tables_) return "a repeat changed something";
      return support::LineOf(foreseen) == support::LineOf(answer) ? "" : "a dry run does not know the repeat";
    }
    const std::string predicted = ForeseenLine(foreseen, storage_), done = ForeseenLine(answer, storage_);
    if (predicted != done) return fmt::format("the dry run says {}, the command {}", predicted, done);
    const std::string objection = Changes(answer, before);
    tables_ = TablesOf(storage_);
    if (!objection.empty()) return objection;
    if (command.json.find("command_id") == std::string::npos) return "";
    return Repeat(command, answer);
  }

  const std::map<size_t, int>& answers() const { return answers_; }
  const StateWatch& watch() const { return watch_; }
  Session& session() { return session_; }

 private:
  Position end() { return Must(storage_.Read())->head().position; }

  std::string Changes(const Answer& answer, Position before) {
    const TableLines now = TablesOf(storage_);
    const uint64_t events = end().value - before.value;
    if (std::holds_alternative<absl::Status>(answer)) {
      return events == 0 && now == tables_ ? "" : "an error changed something";
    }
    if (std::holds_alternative<Refused>(answer)) {
      if (events != 1 || now != tables_) return "a refusal changed more than the log";
      const auto record = support::RecordsOf(storage_, {.first = end(), .last = end()}).at(0);
      return record.event_type == "command_refused" ? "" : "a refusal is recorded as " + record.event_type;
    }
    const Receipt& receipt = std::get<Receipt>(answer);
    if (receipt.first_position.value == 0) return events == 0 && now == tables_ ? "" : "there are events, it says none";
    if (receipt.last_position != end() || receipt.first_position.value != before.value + 1) {
      return "the receipt names other positions than there are";
    }
    const std::string objection = watch_.ReadOn(storage_);
    return objection.empty() ? Contradictions(storage_) : objection;
  }

  // The same command under the same key.
  std::string Repeat(const TimedCommand& command, const Answer& first) {
    const auto* const receipt = std::get_if<Receipt>(&first);
    const bool is_recorded =
        receipt == nullptr ? std::holds_alternative<Refused>(first) : receipt->first_position.value != 0;
    if (!is_recorded) return "";
    const Position before = end();
    const std::string again = support::LineOf(session_.Execute(command.json));
    if (end() != before || TablesOf(storage_) != tables_) return "its repeat changed something";
    const std::string expected = support::LineOf(first) + ", a repeat";
    return again == expected ? "" : fmt::format("it answered {}, its repeat {}", expected, again);
  }

  Storage& storage_;
  Session session_;
  TableLines tables_;
  StateWatch watch_;
  std::map<size_t, int> answers_;  // by kind
};

// Gives the commands of a script; "" or what was wrong, with the command.
std::string Play(const std::vector<uint64_t>& script, Watched& watched, Storage& storage,
                 std::vector<TimedCommand>& commands) {
  for (const uint64_t word : script) {
    commands.push_back(MakeCommand(word, storage, commands));
    const std::string objection = watched.Give(commands.back());
    if (!objection.empty()) return fmt::format("command {}, {}: {}", commands.size(), commands.back().json, objection);
  }
  return AllFaultsOf(storage);
}

std::unique_ptr<MemoryStorage> EmptyMemory() {
  return MemoryStorage::Create(ProjectedTables());
}

TEST(MachinesProperty, CommandsDoWhatTheyMayAndTheTablesAreTheFold) {
  EXPECT_TRUE(rc::check([] {
    const auto word = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<uint64_t>(0, UINT64_MAX));
    const auto script = *rc::gen::scale(2.0, rc::gen::container<std::vector<uint64_t>>(word));
    const auto storage = EmptyMemory();
    Watched watched(*storage);
    std::vector<TimedCommand> commands;
    const std::string objection = Play(script, watched, *storage, commands);
    if (!objection.empty()) RC_FAIL(objection);
  }));
}

class MachinesPropertyTest : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Machines, MachinesPropertyTest, testing::Range<uint64_t>(1, 9),
                         [](const auto& test) { return fmt::format("Seed{}", test.param); });

TEST_P(MachinesPropertyTest, LongScriptsDoToo) {
  const auto storage = EmptyMemory();
  Watched watched(*storage);
  std::vector<TimedCommand> commands;
  EXPECT_EQ(Play(SeededScript(GetParam(), 500), watched, *storage, commands), "");
}

// The machine in force refuses what it refused and takes what it took.
TEST_P(MachinesPropertyTest, JudgedAgainByTheMachineInForceNothingDiverges) {
  const auto storage = EmptyMemory();
  Watched watched(*storage);
  std::vector<TimedCommand> commands;
  ASSERT_EQ(Play(SeededScript(GetParam() + 50, 500), watched, *storage, commands), "");
  const RejudgedAll all = RejudgeAll(*storage);
  EXPECT_EQ(all.divergences, "");
  EXPECT_GT(all.least_judged, 0u);
}

// SPEC §2.6, over streams of all kinds: how commands are grouped, what is kept in memory, where the log lies and when
// the process ended is not input.
TEST_P(MachinesPropertyTest, SameCommandsGiveTheSameBytesOnEveryBackend) {
  const auto memory = EmptyMemory();
  std::vector<TimedCommand> commands;
  Session session(*memory);
  std::vector<std::string> answers;
  for (const uint64_t word : SeededScript(GetParam() + 100, 250)) {
    commands.push_back(MakeCommand(word, *memory, commands));
    session.clock().Set({session.clock().Now().micros + commands.back().wait_sec * 1'000'000});
    answers.push_back(support::LineOf(session.Execute(commands.back().json)));
  }

  support::Store sqlite(support::Backend::kSqlite);
  Session again(sqlite.storage());
  Choices choices(GetParam());
  std::vector<std::string> batch, answered;
  const auto give = [&] {
    for (const Answer& answer : again.ExecuteAll(batch)) answered.push_back(support::LineOf(answer));
    batch.clear();
    if (choices.OneIn(6)) again.Restart(sqlite.storage(), choices.OneIn(2) ? 0 : 4'000);
  };
  for (const TimedCommand& command : commands) {
    if (command.wait_sec > 0 && !batch.empty()) give();
    again.clock().Set({again.clock().Now().micros + command.wait_sec * 1'000'000});
    batch.push_back(command.json);
    if (choices.OneIn(5)) give();
  }
  give();
  EXPECT_EQ(answered, answers);
  EXPECT_EQ(support::RecordsOf(sqlite.storage()), support::RecordsOf(*memory));
  EXPECT_EQ(TablesOf(sqlite.storage()), TablesOf(*memory));
  EXPECT_EQ(AllFaultsOf(sqlite.storage()), "");
}

// Without it the properties above could hold of scripts that do nothing.
TEST(MachinesProperty, ScriptsReachEveryStateAndEveryKindOfAnswer) {
  std::map<std::string, int> reached;
  std::map<size_t, int> answers;
  for (uint64_t seed = 201; seed <= 216; ++seed) {
    const auto storage = EmptyMemory();
    Watched watched(*storage);
    std::vector<TimedCommand> commands;
    ASSERT_EQ(Play(SeededScript(seed, 600), watched, *storage, commands), "") << "seed " << seed;
    for (const auto& [state, count] : watched.watch().reached()) reached[state] += count;
    for (const auto& [kind, count] : watched.answers()) answers[kind] += count;
  }
  for (const Machine* const machine : BuiltInMachines()) {
    for (const std::string_view state : machine->states()) {
      EXPECT_GT(reached[fmt::format("{} {}", machine->name(), state)], 0) << machine->name() << " " << state;
    }
  }
  EXPECT_GT(answers[Answer(Receipt()).index()], 1'500);
  EXPECT_GT(answers[Answer(Refused()).index()], 300);
  EXPECT_GT(answers[Answer(absl::Status()).index()], 100);
}

}  // namespace
}  // namespace annals::property
