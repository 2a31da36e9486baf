// SPEC §9: each kind of bad input gets one clear message, the right exit code, and nothing is half-written.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_process::AnnalsSandbox;
using testing_process::ProcessResult;
using testing_process::RunProcess;
using testing_process::TemporaryFolder;

namespace fs = std::filesystem;

std::string BytesIn(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

// Two running runs that both hold workstream a, and what a test may trip over.
void FillSandbox(AnnalsSandbox& sandbox) {
  sandbox.Out({"run", "create", "r1", "--status", "running", "--command-id", "key-1"});
  sandbox.Out({"run", "create", "r2", "--status", "running"});
  sandbox.Out({"ws", "create", "a", "--run", "r1"});
  sandbox.Out({"ws", "create", "a", "--run", "r2"});
}

std::string Long(size_t bytes) {
  return std::string(bytes, 'x');
}

struct BadInputCase {
  std::string name;
  std::vector<std::string> arguments;
  int exit;
  std::string message;  // part of what stderr says
  std::string in = {};
  size_t refusals = 0;  // how many events the log may grow by: a refusal is recorded
};

std::vector<BadInputCase> Cases() {
  return {
      {"MalformedJson", {"run", "create", "n", "--metadata", "{\"a\":}"}, 2, "--metadata: read the JSON: byte 6"},
      {"JsonThatIsNoObject", {"run", "create", "n", "--metadata", "[1]"}, 2, "byte 1: must be an object"},
      {"DuplicateKey", {"run", "create", "n", "--metadata", "{\"a\":1,\"\\u0061\":2}"}, 2, "byte 8"},
      {"InvalidUtf8InJson", {"run", "create", "n", "--metadata", "{\"a\":\"\xff\"}"}, 2, "byte 7"},
      {"JsonOverOneMebibyte",
       {"run", "create", "n", "--metadata", "-"},
       2,
       "1048577 bytes",
       "{\"a\":\"" + Long((1 << 20) - 7) + "\"}"},
      {"JsonFileThatIsMissing", {"run", "create", "n", "--metadata", "@missing.json"}, 4, "missing.json"},
      {"EmptyStandardInput", {"run", "create", "n", "--metadata", "-"}, 2, "read the JSON"},
      {"MalformedLine", {"apply", "-"}, 2, "line 1", "{\"command\":\n"},
      {"UnknownField", {"apply", "-"}, 2, "run_di", "{\"command\":\"create_run\",\"run_di\":\"n\"}\n"},
      {"WrongType",
       {"apply", "-"},
       2,
       "/run_id: must be a string, is a number",
       "{\"command\":\"create_run\",\"run_id\":7}\n"},
      {"UnknownCommandInJson", {"apply", "-"}, 2, "create_run", "{\"command\":\"creat_run\"}\n"},
      {"OverLongId", {"run", "create", Long(129)}, 2, "is 129 bytes long"},
      {"IdWithADot", {"run", "create", ".hidden"}, 2, "annals: run create: RUN: \".hidden\" starts with '.'; an id is"},
      {"IdWithASpace", {"ws", "create", "a b", "--run", "r1"}, 2, "annals: workstream create: WS: \"a b\" has"},
      {"EmptyId", {"run", "create", ""}, 2, "annals: run create: RUN: is empty; "},
      {"IdWithAControlCharacter", {"run", "create", "a\nb"}, 2, "RUN: "},
      {"InvalidUtf8InAnId", {"run", "create", "a\xff"}, 2, "RUN: "},
      {"LabelWithAControlCharacter",
       {"error", "record", "--run", "r1", "--ws", "a", "--step", "s", "--code", "E\x1b[31m", "--signature", "g",
        "--message", "m"},
       2,
       "annals: error record: --code: \"E"},
      {"InvalidUtf8InProse",
       {"run", "transition", "r1", "failed", "--reason", "\xc3("},
       2,
       "annals: run transition: --reason: "},
      {"ActorWithAControlCharacter", {"run", "create", "n", "--actor", "a\tb"}, 2, "--actor"},
      {"BadCommandId", {"run", "create", "n", "--command-id", "a b"}, 2, "--command-id"},
      {"NegativeExpectedVersion", {"run", "create", "n", "--expect-version", "-1"}, 2, "--expect-version"},
      {"NumberThatIsNone",
       {"step", "finish", "seven", "--status", "success"},
       2,
       "ATTEMPT: \"seven\" is no whole number"},
      {"NumberBeyond64Bits",
       {"step", "finish", "9223372036854775808", "--status", "success"},
       2,
       "does not fit 64 bits"},
      {"TimeThatIsNone",
       {"step", "record", "--run", "r1", "--ws", "a", "--step", "s", "--status", "success", "--started-at",
        "2026-02-30"},
       2,
       "--started-at: "},
      {"UnknownState", {"ws", "transition", "a", "readdy", "--run", "r1"}, 2, "did you mean \"ready\"?"},
      {"UnknownStatus", {"step", "finish", "7", "--status", "succes"}, 2, "did you mean \"success\"?"},
      {"InProgressIsNoEnd", {"step", "finish", "7", "--status", "in_progress"}, 2, "in_progress is no end"},
      {"SelfDependency",
       {"ws", "create", "b", "--run", "r1", "--depends-on", "b"},
       2,
       "workstream b cannot depend on itself"},
      {"UnknownDependency",
       {"ws", "create", "b", "--run", "r1", "--depends-on", "zz"},
       4,
       "annals: workstream create: workstream b depends on zz"},
      {"UnknownRun", {"run", "transition", "zz", "running"}, 4, "there is no run zz"},
      {"UnknownRunShown", {"run", "show", "zz"}, 4, "there is no run zz"},
      {"UnknownWorkstream", {"ws", "transition", "zz", "ready"}, 4, "zz"},
      {"UnknownAttempt",
       {"step", "finish", "4711", "--status", "success"},
       4,
       "annals: step finish: there is no attempt 4711; "},
      {"WorkstreamOfTwoOpenRuns",
       {"ws", "transition", "a", "ready"},
       2,
       "stands in 2 open runs (r1, r2); name the run"},
      {"SecondCreate", {"run", "create", "r1"}, 3, "run r1 already exists", "", 1},
      {"MoveAgainstTheLaw", {"ws", "transition", "a", "done", "--run", "r1"}, 3, "legal from pending: ready", "", 1},
      {"ReusedKey",
       {"run", "create", "other", "--command-id", "key-1"},
       5,
       "annals: run create: the command id key-1 was"},
      {"StaleVersion",
       {"run", "transition", "r1", "paused", "--expect-version", "1"},
       5,
       "annals: run transition: run/r1 is at version 3, not at the expected 1; "},
      {"OverrideWithoutOperator",
       {"run", "transition", "r1", "failed", "--override", "--reason", "x"},
       2,
       "--operator NAME"},
      {"OverrideWithoutReason",
       {"run", "transition", "r1", "failed", "--override", "--operator", "x"},
       2,
       "--reason TEXT"},
      {"OperatorWithoutOverride", {"run", "transition", "r1", "failed", "--operator", "x"}, 2, "add --override"},
      {"NoteOnAWorkstreamOfNoRun",
       {"event", "record", "t", "--ws", "a"},
       2,
       "annals: event record: the note names a workstream"},
      {"UnknownCommand", {"rum", "list"}, 2, "did you mean \"run\"?"},
      {"UnknownSubcommand", {"run", "lst"}, 2, "did you mean \"list\"?"},
      {"OptionsWithoutACommand", {"--actor", "kim"}, 2, "no command is given"},
      {"UnknownOption", {"run", "list", "--stauts", "x"}, 2, "--stauts"},
      {"UnknownOptionBeforeTheCommand", {"--jsn", "run", "list"}, 2, "did you mean \"--json\"?"},
      {"MissingArgument", {"ws", "create", "b"}, 2, "--run RUN is missing"},
      {"OptionWithoutAValue", {"ws", "create", "b", "--run"}, 2, "--run needs a value; --help shows what is taken"},
      {"LimitOfNothing", {"run", "list", "--limit", "0"}, 2, "--limit"},
      {"EndOfAnOpenAttempt",
       {"step", "record", "--run", "r1", "--ws", "a", "--step", "s", "--status", "in_progress", "--exit-code", "1"},
       2,
       "annals: step record: an attempt in progress has no "},
      {"RebuildOfNoTable",
       {"rebuild", "runz"},
       2,
       "annals: rebuild: TABLE: \"runz\" is not one of its values; did you mean"},
      {"RebuildWithADryRun", {"rebuild", "--dry-run"}, 2, "annals: rebuild: --dry-run: "},
      {"FollowWithAnEnd", {"log", "--follow", "--until", "2026-01-01"}, 2, "annals: log: --follow waits"},
      {"WholeEventsOfTransitions", {"log", "--full", "--transitions"}, 2, "annals: log: --full shows"},
      {"StatsOfAnUnknownRun", {"stats", "--run", "zz"}, 4, "annals: stats: there is no run zz; "},
      {"BenchOfTooLittle", {"bench", "--commands", "1"}, 2, "annals: bench: --commands is at least"},
      {"ApplyOfAMissingFile", {"apply", "nowhere.jsonl"}, 4, "annals: apply: open nowhere.jsonl: No such file"},
      {"ApplyOfAFolder", {"apply", "."}, 2, "annals: apply: . is a folder; "},
      {"ApplyWithOneKeyForAll", {"apply", "-", "--command-id", "k"}, 2, "annals: apply: --command-id and"},
      {"ApplyAllOrNothingAndGoingOn", {"apply", "-", "--atomic", "--keep-going"}, 2, "annals: apply: all or nothing"},
      {"BadLockTimeout", {"run", "list", "--lock-timeout", "-5"}, 2, "--lock-timeout"},
  };
}

// "log: log: …", "step finish: finish attempt 7: …", "RUN: run_id: …": a part that begins with the word before it.
bool StuttersAt(const std::string& left, const std::string& right) {
  const auto word_at = [](const std::string& text, size_t begin) {
    std::string word;
    for (size_t i = begin; i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])); ++i) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
    return word;
  };
  const std::string last = word_at(left, left.find_last_of(" -") + 1);
  if (last.empty()) return false;
  const std::string first = right.substr(0, right.find(' '));
  for (size_t begin = 0; begin != std::string::npos; begin = first.find_first_of("-_", begin)) {
    if (begin > 0 || first.starts_with('-')) ++begin;
    if (word_at(first, begin) == last) return true;
  }
  return false;
}

bool Stutters(const std::string& message) {
  for (size_t colon = message.find(": "), begin = 0; colon != std::string::npos;) {
    const size_t next = message.find(": ", colon + 2);
    if (StuttersAt(message.substr(begin, colon - begin), message.substr(colon + 2))) return true;
    begin = colon + 2;
    colon = next;
  }
  return false;
}

TEST(Stutters, SeesWhatWasSaidTwice) {
  for (const char* const bad :
       {"annals: log: log: --follow waits", "annals: step finish: finish attempt 7: there is none",
        "annals: run create: RUN: run_id: is empty", "annals: --code: error_code: is empty",
        "annals: rebuild: rebuild --check: 3 differences"}) {
    EXPECT_TRUE(Stutters(bad)) << bad;
  }
  for (const char* const good : {"annals: run create: RUN: is empty", "annals: step finish: there is no attempt 7",
                                 "annals: run r1: refused: run r1 already exists"}) {
    EXPECT_FALSE(Stutters(good)) << good;
  }
}

class BadInputTest : public testing::TestWithParam<BadInputCase> {};

size_t LinesIn(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_P(BadInputTest, IsOneMessageAndChangesNothing) {
  const BadInputCase& test = GetParam();
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  const std::string before = sandbox.Out({"log", "--json"});
  const ProcessResult result = sandbox.Run(test.arguments, test.in);
  EXPECT_EQ(result.exit, test.exit) << result.err;
  EXPECT_THAT(result.err, StartsWith("annals: "));
  EXPECT_THAT(result.err, HasSubstr(test.message));
  EXPECT_FALSE(Stutters(result.err)) << result.err;
  if (test.arguments.front() != "apply") {
    EXPECT_EQ(LinesIn(result.err), 1u) << result.err;
  }
  for (const char c : result.err)
    EXPECT_FALSE(c != '\n' && static_cast<unsigned char>(c) < 0x20) << "a control character";
  const std::string after = sandbox.Out({"log", "--json"});
  EXPECT_THAT(after, StartsWith(before));
  EXPECT_EQ(LinesIn(after), LinesIn(before) + test.refusals) << after;
}

// The same answers for machines: an error is JSON alone on stderr, a refusal JSON alone on stdout.
TEST_P(BadInputTest, IsJsonWithJson) {
  const BadInputCase& test = GetParam();
  if (test.arguments.front() == "apply") return;  // one answer per line: tests/cli/apply_command_test.cc
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  std::vector<std::string> arguments = test.arguments;
  arguments.push_back("--json");
  const ProcessResult result = sandbox.Run(arguments, test.in);
  EXPECT_EQ(result.exit, test.exit);
  const std::string& text = test.exit == 3 ? result.out : result.err;
  EXPECT_EQ(test.exit == 3 ? result.err : result.out, "");
  EXPECT_EQ(LinesIn(text), 1u) << text;
  EXPECT_THAT(text, StartsWith(test.exit == 3 ? "{\"refused\":true," : "{\"error\":{\"code\":\""));
  EXPECT_THAT(text, EndsWith("}\n"));
}

INSTANTIATE_TEST_SUITE_P(Spec9, BadInputTest, testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

// ---- files that are not what they should be

struct BadFileCase {
  std::string name;
  std::function<void(AnnalsSandbox&)> spoil;
  int exit;
  std::string message;
};

void Overwrite(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

void Execute(const std::string& file, const std::string& sql) {
  const auto connection = Connection::Open(file, OpenMode::kCreate, 0);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const absl::Status status = connection->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

std::vector<BadFileCase> FileCases() {
  return {
      {"NoDatabaseAtAll", [](AnnalsSandbox& s) { Overwrite(s.db(), "This is a letter, " + Long(5000)); }, 1,
       "it is not an Annals database"},
      {"DatabaseOfAnotherProgram",
       [](AnnalsSandbox& s) {
         fs::remove(s.db());
         Execute(s.db(), "CREATE TABLE songs (name TEXT);");
       },
       1, "belongs to another program"},
      {"NewerSchema", [](AnnalsSandbox& s) { Execute(s.db(), "PRAGMA user_version = 99;"); }, 1,
       "it has schema version 99"},
      {"TruncatedFile", [](AnnalsSandbox& s) { fs::resize_file(s.db(), fs::file_size(s.db()) / 2); }, 6, "is damaged"},
      {"AFolder",
       [](AnnalsSandbox& s) {
         fs::remove(s.db());
         fs::create_directory(s.db());
       },
       1, "is not a regular file"},
  };
}

class BadFileTest : public testing::TestWithParam<BadFileCase> {};

TEST_P(BadFileTest, IsRefusedForReadingAndWritingAndLeftAsItIs) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  GetParam().spoil(sandbox);
  const std::string before = BytesIn(sandbox.db());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "list"}, {"run", "create", "n"}, {"ws", "show", "a"}, {"init"}, {"log"}}) {
    const ProcessResult result = sandbox.Run(arguments);
    EXPECT_EQ(result.exit, GetParam().exit) << arguments.front() << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(GetParam().message)) << arguments.front();
    EXPECT_THAT(result.err, ContainsRegex("(open|read|use) the database " + sandbox.db() + ": ")) << arguments.front();
    EXPECT_THAT(result.err, Not(ContainsRegex("PRAGMA|SELECT"))) << arguments.front();
    EXPECT_EQ(result.out, "") << arguments.front();
  }
  EXPECT_EQ(BytesIn(sandbox.db()), before);
}

INSTANTIATE_TEST_SUITE_P(Spec9, BadFileTest, testing::ValuesIn(FileCases()),
                         [](const auto& test) { return test.param.name; });

// Files that another program damaged but that are still read as a database.
struct DamageCase {
  std::string name;
  std::string sql;
  std::string message;
  bool migrate_mends;
};

class DamagedTablesTest : public testing::TestWithParam<DamageCase> {};

TEST_P(DamagedTablesTest, AreSaidWithWhatToDo) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  Execute(sandbox.db(), GetParam().sql);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "show", "r1"}, {"run", "transition", "r1", "paused"}}) {
    const ProcessResult result = sandbox.Run(arguments);
    EXPECT_EQ(result.exit, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(": use the database " + sandbox.db() + ": " + GetParam().message +
                                      "; run annals migrate, which adds what is missing, or restore a backup"));
  }
  if (!GetParam().migrate_mends) return;
  sandbox.Out({"migrate"});
  EXPECT_THAT(sandbox.Out({"run", "show", "r1"}), HasSubstr("running"));
}

INSTANTIATE_TEST_SUITE_P(Spec9, DamagedTablesTest,
                         testing::Values(DamageCase{"ColumnOfATable", "ALTER TABLE runs DROP COLUMN ws_total",
                                                    "no such column: ws_total", true},
                                         DamageCase{"Table", "DROP TABLE runs", "no such table: runs", true},
                                         DamageCase{"TableOfTheLog", "DROP TABLE streams", "no such table: streams",
                                                    false}),
                         [](const auto& test) { return test.param.name; });

TEST(MissingDatabase, IsNotFoundForReadersAndNotMade) {
  AnnalsSandbox sandbox;
  const ProcessResult result = sandbox.Run({"run", "list"});
  EXPECT_EQ(result.exit, 4);
  EXPECT_THAT(result.err, HasSubstr("make it with annals init"));
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(MissingDatabase, IsNotMadeByADryRun) {
  AnnalsSandbox sandbox;
  EXPECT_THAT(sandbox.Out({"run", "create", "r1", "--dry-run"}), HasSubstr("run_created"));
  EXPECT_EQ(sandbox.Run({"run", "transition", "r1", "running", "--dry-run"}).exit, 4);
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(MissingDatabase, IsMadeByAWriterWithItsFoldersForTheOwnerAlone) {
  TemporaryFolder folder;
  const std::string db = folder.File("a/b/c.db");
  EXPECT_EQ(RunProcess({.arguments = {"run", "create", "r1", "--db", db}, .directory = folder.path()}).exit, 0);
  EXPECT_EQ(fs::status(db).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

// ---- a machine that does not play along

constexpr uid_t kNobody = 65534;

// Runs as somebody to whom permissions apply: root may do anything, so it becomes nobody first.
ProcessResult RunAsNobody(AnnalsSandbox& sandbox, const std::vector<std::string>& arguments,
                          std::map<std::string, std::string> environment = {}) {
  const bool root = getuid() == 0;
  environment["PIPELINE_DB_PATH"] = sandbox.db();
  return RunProcess(
      {.arguments = arguments, .environment = environment, .directory = sandbox.folder().path(), .in_child = [root] {
         if (root && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(122);
       }});
}

ProcessResult RunWithoutWriteAccess(AnnalsSandbox& sandbox, const std::vector<std::string>& arguments) {
  fs::permissions(sandbox.folder().path(), fs::perms(0555));
  const ProcessResult result = RunAsNobody(sandbox, arguments);
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  return result;
}

TEST(ReadOnlyFolder, TakesNoNewDatabase) {
  AnnalsSandbox sandbox;
  const ProcessResult result = RunWithoutWriteAccess(sandbox, {"run", "create", "r1"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("Permission denied; choose a place you may write to with --db"));
  EXPECT_FALSE(fs::exists(sandbox.db()));
}

TEST(ReadOnlyFolder, CanBeReadAndNotWritten) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  fs::permissions(sandbox.db(), fs::perms(0444));
  const std::string before = BytesIn(sandbox.db());
  const ProcessResult read = RunWithoutWriteAccess(sandbox, {"run", "list", "--json"});
  EXPECT_EQ(read.exit, 0) << read.err;
  EXPECT_THAT(read.out, HasSubstr("\"run_id\":\"r1\""));
  const ProcessResult write = RunWithoutWriteAccess(sandbox, {"run", "create", "n"});
  EXPECT_EQ(write.exit, 1);
  EXPECT_THAT(write.err,
              ContainsRegex("open the database " + sandbox.db() + "( for writing)?: .*; check .*permissions"));
  EXPECT_THAT(write.err, Not(HasSubstr("PRAGMA")));
  EXPECT_EQ(BytesIn(sandbox.db()), before);
}

TEST(UnreadableFile, IsSaidWithItsName) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  fs::permissions(sandbox.db(), fs::perms(0));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "list"}, {"run", "create", "n"}, {"migrate", "--dry-run"}}) {
    const ProcessResult result = RunAsNobody(sandbox, arguments);
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.err,
                HasSubstr(": open the database " + sandbox.db() + ": Permission denied; check the permissions"));
  }
}

// A database that is there and cannot be seen was once called absent: exit code 4, and a --dry-run judged against
// nothing.
TEST(UnreadableFolder, IsNotTakenForAbsence) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  fs::permissions(sandbox.folder().path(), fs::perms(0755));
  const fs::path closed = sandbox.folder().path() / "closed";
  fs::create_directory(closed);
  fs::copy_file(sandbox.db(), closed / "annals.db");
  fs::permissions(closed, fs::perms(0));
  const std::string db = (closed / "annals.db").string();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run", "list"},
                                                    {"run", "create", "n", "--dry-run"},
                                                    {"apply", "--dry-run", "/dev/null"},
                                                    {"apply", "/dev/null"},
                                                    {"init", "--dry-run"},
                                                    {"init"}}) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"--db", db});
    const ProcessResult result = RunAsNobody(sandbox, words, {{"ANNALS_BACKUP_ON_START", "true"}});
    EXPECT_EQ(result.exit, 1) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr(": open the database " + db + ": Permission denied; check the permissions"))
        << testing::PrintToString(arguments);
    EXPECT_EQ(result.out, "") << testing::PrintToString(arguments);
  }
  fs::permissions(closed, fs::perms(0755));
}

TEST(UnreadableFolder, AFileInTheWayOfAFolderIsAbsence) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  EXPECT_EQ(sandbox.Run({"run", "list", "--db", sandbox.db() + "/annals.db"}).exit, 4);
}

TEST(FullDisk, IsSaidAndNothingIsWritten) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  const std::string before = sandbox.Out({"log", "--json"});
  // The write-ahead log is where a commit goes first; this one is /dev/full's twin and has no room.
  const std::string wal = sandbox.db() + "-wal";
  if (mknod(wal.c_str(), S_IFCHR | 0600, makedev(1, 7)) != 0 || !std::ifstream(wal).good()) {
    GTEST_SKIP() << "only root may make a device that is always full; FullDisk.AFileThatMayNotGrowIsSaidToo runs";
  }
  const ProcessResult result = sandbox.Run({"run", "create", "n"});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("is full; nothing was written; make room and try again"));
  fs::remove(wal);
  EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
}

TEST(FullDisk, AFileThatMayNotGrowIsSaidToo) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  const std::string before = sandbox.Out({"log", "--json"});
  const ProcessResult result = RunProcess({.arguments = {"run", "create", "n"},
                                           .environment = {{"PIPELINE_DB_PATH", sandbox.db()}},
                                           .directory = sandbox.folder().path(),
                                           .in_child = [] {
                                             signal(SIGXFSZ, SIG_IGN);
                                             const rlimit limit{16, 16};
                                             if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(122);
                                           }});
  EXPECT_EQ(result.exit, 1);
  EXPECT_THAT(result.err, HasSubstr("annals: "));
  EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
}

TEST(LockedDatabase, IsWaitedForAndThenSaid) {
  AnnalsSandbox sandbox;
  FillSandbox(sandbox);
  const std::string before = sandbox.Out({"log", "--json"});
  const auto storage = SqliteStorage::Open({.path = sandbox.db(), .mode = OpenMode::kReadWrite});
  ASSERT_TRUE(storage.ok()) << storage.status();
  {
    const auto transaction = (*storage)->Begin();
    ASSERT_TRUE(transaction.ok()) << transaction.status();
    const ProcessResult result = sandbox.Run({"run", "create", "n", "--lock-timeout", "50"});
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.err, HasSubstr("another process holds the write lock"));
    EXPECT_THAT(result.err, HasSubstr("wait longer with --lock-timeout"));
    // Readers do not wait for writers.
    EXPECT_EQ(sandbox.Out({"log", "--json"}), before);
  }
  sandbox.Out({"run", "create", "n", "--lock-timeout", "50"});
}

}  // namespace
}  // namespace annals
