#include "tests/integrity/sealed_log.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "eventstore/sealed_checkpoint.h"
#include "projections/tables.h"
#include "tests/golden/story.h"
#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::integrity {

using namespace annals::support;

namespace {

std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteBytes(const std::string& bytes, const std::string& path) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

SigningKey Key(uint64_t seed) {
  SeededRandom random(seed);
  return Must(SigningKey::Generate("annals", random));
}

}  // namespace

Files ReadFiles(const std::string& path) {
  return {.database = ReadBytes(path), .wal = ReadBytes(path + "-wal")};
}

void WriteFiles(const Files& files, const std::string& path) {
  std::filesystem::remove(path + "-shm");
  WriteBytes(files.database, path);
  if (files.wal.empty()) {
    std::filesystem::remove(path + "-wal");
  } else {
    WriteBytes(files.wal, path + "-wal");
  }
}

std::unique_ptr<SqliteStorage> OpenAt(const std::string& path, OpenMode mode) {
  return Must(SqliteStorage::Open({.path = path, .mode = mode, .tables = ProjectedTables()}));
}

std::vector<std::string> Pipelines(size_t count) {
  std::vector<std::string> commands = {CreateRun("big", "running")};
  for (int i = 0; commands.size() < count; ++i) {
    const std::string ws = fmt::format("w{}", i);
    const std::string cycle[] = {
        CreateWorkstream(ws, {}, i % 3 == 0, "big"),
        With(MoveWorkstream(ws, "ready", "big"), fmt::format(R"("command_id":"ready-{}")", i)),
        MoveWorkstream(ws, "done", "big"),  // refused
        MoveWorkstream(ws, "editing", "big"),
        With(RecordStep(ws, "static", "failure", "big"), R"("result":{"warnings":2},"exit_code":1)"),
        RecordError(ws, "static", fmt::format("sig-{}", i % 5), "big"),
        With(Note("remark", "big"),
             fmt::format(R"("payload":{{"text":"{}"}})", std::string(static_cast<size_t>(i % 4) * 300, 'x'))),
        MoveWorkstream(ws, "static_check", "big"),
        MoveWorkstream(ws, "runtime_check", "big"),
        MoveWorkstream(ws, "done", "big"),
    };
    commands.insert(commands.end(), std::begin(cycle), std::end(cycle));
  }
  commands.resize(count);
  return commands;
}

SealedLog::SealedLog(const SealedLogOptions& options) : key_(Key(options.seed)) {
  const std::string path = FreshPath("sealed");
  {
    const auto connection = Must(Connection::Open(path, OpenMode::kCreate, 0));
    Must(connection.Execute(fmt::format("PRAGMA page_size = {}; VACUUM", options.page_size)));
  }
  SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  SeededRandom random(options.seed);
  const auto storage =
      Must(SqliteStorage::Open({.path = path, .tables = ProjectedTables(), .clock = &clock, .random = &random}));
  Must(storage->connection().Execute("PRAGMA synchronous = OFF"));
  golden::TellStory(*storage);
  Session session(*storage, options.seed);
  std::vector<std::string> commands = Pipelines(options.pipeline_commands + options.commands_in_wal);
  const auto in_wal = commands.begin() + static_cast<std::ptrdiff_t>(options.pipeline_commands);
  session.ExecuteAll({commands.begin(), in_wal});
  Must(storage->connection().QueryInt("PRAGMA wal_checkpoint(TRUNCATE)"));
  for (const std::string& command : std::vector(in_wal, commands.end())) session.Execute(command);
  {
    const auto snapshot = Must(storage->Read());
    size_ = snapshot->head().position.value;
    seal_ = Must(Seal(
        {.origin = OriginOf(Must(snapshot->DatabaseId())), .size = size_, .root = snapshot->head().tree.Root()}, key_));
  }
  files_ = ReadFiles(path);
  RemoveDatabase(path);
}

}  // namespace annals::integrity
