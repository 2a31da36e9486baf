// Work that takes the same instructions each time, for `./dev instructions` to count: time and chance are simulated.
//
//   annals_instructions                 prints what there is to count, a name per line
//   annals_instructions --built-with    prints what the counts depend on beside our own code
//   annals_instructions NAME DATABASE   does it, in a database that is made; prints how often it was done
#include <gnu/libc-version.h>

#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <absl/base/config.h>
#include <absl/functional/function_ref.h>
#include <absl/strings/string_view.h>
#include <capnp/message.h>
#include <fmt/format.h>
#include <openssl/opensslv.h>
#include <sqlite3.h>

#include "bench/workload.h"
#include "commands/engine.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/rebuild.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "schemas/json_reader.h"

namespace annals::bench {

// Callgrind counts between the beginning and the end of this function and nowhere else.
[[gnu::noinline]] void Counted(absl::FunctionRef<void()> work) {
  work();
  asm volatile("" ::: "memory");  // else the call becomes a jump, and the function has no end that callgrind sees
}

namespace {

constexpr uint64_t kWarmUp = 3'000;  // commands, after which statements are prepared and caches have their size
constexpr uint64_t kBatch = 1'000;

// A database that is made and filled with simulated time and chance.
class Scene {
 public:
  explicit Scene(const std::string& path) {
    auto opened =
        SqliteStorage::Open({.path = path, .tables = ProjectedTables(), .clock = &clock_, .random = &random_});
    CHECK(opened.ok());
    storage_ = *std::move(opened);
    engine_ = std::make_unique<Engine>(*storage_, clock_, random_);
    Execute(Next(kWarmUp));
  }

  using Commands = std::vector<std::unique_ptr<capnp::MallocMessageBuilder>>;
  Commands Next(uint64_t count) {
    Commands commands;
    for (uint64_t i = 0; i < count; ++i) {
      commands.push_back(std::make_unique<capnp::MallocMessageBuilder>());
      workload_.Next(commands.back()->initRoot<schema::Command>());
    }
    return commands;
  }

  // In one commit.
  void Execute(absl::Span<const std::unique_ptr<capnp::MallocMessageBuilder>> commands) {
    std::vector<schema::Command::Reader> readers;
    for (const auto& command : commands) readers.push_back(command->getRoot<schema::Command>().asReader());
    const auto answers = engine_->Execute(readers);
    CHECK(answers.ok());
    for (const Answer& answer : *answers) CHECK(std::holds_alternative<Receipt>(answer));
  }

 private:
  SimulatedClock clock_{Timestamp{1'700'000'000'000'000}};
  SeededRandom random_{1};
  std::unique_ptr<SqliteStorage> storage_;
  std::unique_ptr<Engine> engine_;
  Workload workload_{1};
};

uint64_t CommandsOfBatches(const std::string& path) {
  Scene scene(path);
  const Scene::Commands commands = scene.Next(4 * kBatch);
  Counted([&] {
    for (uint64_t i = 0; i < commands.size(); i += kBatch) {
      scene.Execute(absl::MakeConstSpan(commands).subspan(i, kBatch));
    }
  });
  return commands.size();
}

uint64_t SingleCommands(const std::string& path) {
  Scene scene(path);
  const Scene::Commands commands = scene.Next(kBatch);
  Counted([&] {
    for (const auto& command : commands) scene.Execute({&command, 1});
  });
  return commands.size();
}

uint64_t FoldSteps(const std::string& path) {
  { const Scene scene(path); }
  const auto storage = SqliteStorage::Open({.path = path, .mode = OpenMode::kReadOnly, .tables = ProjectedTables()});
  CHECK(storage.ok());
  const auto snapshot = (*storage)->Read();
  CHECK(snapshot.ok());
  uint64_t events = 0;
  Rows rows;
  Counted([&] {
    const auto folded = FoldLog(**snapshot, {1}, {INT64_MAX}, rows, [](uint64_t, uint64_t) {});
    CHECK(folded.ok());
    events = *folded;
  });
  return events;
}

uint64_t JsonLines(const std::string& /*path*/) {
  Workload workload(1);
  std::vector<std::string> lines;
  for (uint64_t i = 0; i < kBatch; ++i) lines.push_back(NextJsonLine(workload));
  CommandReader reader;
  capnp::word memory[96] = {};  // each message leaves it zero again, as the next one wants it
  const auto read = [&](const std::string& line) {
    capnp::MallocMessageBuilder message(kj::arrayPtr(memory, std::size(memory)));
    CHECK(reader.Read(line, message.initRoot<schema::Command>()).ok());
  };
  for (const std::string& line : lines) read(line);
  Counted([&] {
    for (const std::string& line : lines) read(line);
  });
  return lines.size();
}

struct Subject {
  std::string_view name;
  uint64_t (*work)(const std::string& path);  // returns how often it was done
};
constexpr Subject kSubjects[] = {
    {"command_in_batch", CommandsOfBatches},  // judged, encoded, hashed, folded, written: one of 1,000 in a commit
    {"command_alone", SingleCommands},        // the same with a commit of its own
    {"fold_step", FoldSteps},                 // an event read, decoded and folded into rows in memory
    {"json_line", JsonLines},                 // a command read from its JSON
};

std::string BuiltWith() {
  return fmt::format("{}, compiler {}, glibc {}, SQLite {}, OpenSSL {}.{}, Cap'n Proto {}.{}.{}, Abseil {}",
                     ANNALS_PROCESSOR, __VERSION__, gnu_get_libc_version(), sqlite3_libversion(), OPENSSL_VERSION_MAJOR,
                     OPENSSL_VERSION_MINOR, CAPNP_VERSION_MAJOR, CAPNP_VERSION_MINOR, CAPNP_VERSION_MICRO,
                     ABSL_LTS_RELEASE_VERSION);
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  using annals::bench::kSubjects;
  using annals::bench::Subject;
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (argc == 1) {
    for (const Subject& subject : kSubjects) fmt::print("{}\n", subject.name);
    return 0;
  }
  if (argc == 2 && name == "--built-with") {
    fmt::print("{}\n", annals::bench::BuiltWith());
    return 0;
  }
  for (const Subject& subject : kSubjects) {
    if (argc != 3 || subject.name != name) continue;
    fmt::print("{}\n", subject.work(argv[2]));
    return 0;
  }
  fmt::print(stderr,
             "usage: annals_instructions [NAME DATABASE | --built-with]; without arguments it lists the names\n");
  return 2;
}
