// key, seal, prove and check-proof as processes.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/connection.h"
#include "tests/cli/annals_process.h"

namespace annals::testing_process {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class ProofTest : public testing::Test {
 protected:
  // Appends `runs` events.
  void Fill(int runs, const std::string& prefix = "r") {
    std::string lines;
    for (int i = 1; i <= runs; ++i) {
      lines += fmt::format(R"({{"command":"create_run","run_id":"{}{}","actor":"ci"}})"
                           "\n",
                           prefix, i);
    }
    sandbox_.Out({"apply", "-", "--source", prefix}, lines);
  }
  std::string File(const std::string& name) const { return sandbox_.folder().File(name); }
  std::string TextOf(const std::string& name) const {
    std::ifstream file(File(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary) << text;
  }
  // A new key in `name`; returns its verifier key.
  std::string NewKey(const std::string& name) {
    const ProcessResult made = sandbox_.Run({"key", "new", File(name)});
    EXPECT_EQ(made.exit, 0) << made.err;
    return made.out.substr(0, made.out.size() - 1);
  }
  void Seal(const std::string& name) { sandbox_.Out({"seal", "--key", File("key"), "--out", File(name)}); }
  // check-proof knows no database: it runs where there is none.
  ProcessResult Check(std::vector<std::string> arguments, const std::string& in = {}) {
    arguments.insert(arguments.begin(), "check-proof");
    return RunProcess({.arguments = std::move(arguments), .in = in, .directory = elsewhere_.path()});
  }
  void Sql(const std::string& sql) const {
    const auto connection = Connection::Open(sandbox_.db(), OpenMode::kReadWrite, 1000);
    ASSERT_TRUE(connection.ok()) << connection.status();
    ASSERT_TRUE(connection->Execute(sql).ok()) << sql;
  }

  AnnalsSandbox sandbox_;
  TemporaryFolder elsewhere_;
};

TEST_F(ProofTest, AKeyIsItsOwnersAndIsNotOverwritten) {
  const ProcessResult made = sandbox_.Run({"key", "new", File("key"), "--name", "example.com/a"});
  EXPECT_EQ(made.exit, 0);
  EXPECT_THAT(made.out, MatchesRegex("example.com/a\\+[0-9a-f]{8}\\+[A-Za-z0-9+/]{44}\n"));
  EXPECT_THAT(made.err, HasSubstr("Keep it elsewhere than the database"));
  struct stat info = {};
  ASSERT_EQ(stat(File("key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_THAT(TextOf("key"), StartsWith("PRIVATE+KEY+example.com/a+"));

  const std::string before = TextOf("key");
  const ProcessResult again = sandbox_.Run({"key", "new", File("key")});
  EXPECT_EQ(again.exit, 5);
  EXPECT_THAT(again.err, HasSubstr(File("key")));
  EXPECT_EQ(TextOf("key"), before);
  EXPECT_EQ(sandbox_.Out({"key", "show", File("key")}), made.out);
  EXPECT_EQ(sandbox_.Out({"key", "show", "-"}, before), made.out);
  EXPECT_THAT(sandbox_.Out({"key", "show", File("key"), "--json"}),
              AllOf(HasSubstr(R"("name":"example.com/a","key_id":")"), HasSubstr(R"("verifier_key":"example.com/a+)")));
  EXPECT_FALSE(std::filesystem::exists(sandbox_.db()));
}

TEST_F(ProofTest, WhatIsNoKeyIsSaidWithoutShowingIt) {
  NewKey("key");
  Write("cut", TextOf("key").substr(0, TextOf("key").size() - 9));
  const ProcessResult cut = sandbox_.Run({"key", "show", File("cut")});
  EXPECT_EQ(cut.exit, 2);
  EXPECT_THAT(cut.err, AllOf(HasSubstr("does not hold a private key"), Not(HasSubstr("PRIVATE"))));
  EXPECT_EQ(sandbox_.Run({"key", "show", File("none")}).exit, 4);
  EXPECT_EQ(sandbox_.Run({"key", "new", File("new"), "--name", "a b"}).exit, 2);
  EXPECT_EQ(sandbox_.Run({"key", "new", File("new"), "--dry-run"}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(File("new")));
  ASSERT_EQ(chmod(File("key").c_str(), 0644), 0);
  EXPECT_THAT(sandbox_.Run({"key", "show", File("key")}).err, HasSubstr("warning: others may read the private key"));
}

TEST_F(ProofTest, ASealIsANoteOfTheHead) {
  Fill(3);
  const std::string key = NewKey("key");
  const std::string note = sandbox_.Out({"seal", "--key", File("key")});
  EXPECT_THAT(note, MatchesRegex("annals/[0-9A-Z]{26}\n3\n[A-Za-z0-9+/]{43}=\n\n— annals [A-Za-z0-9+/]+={0,2}\n"));
  const std::string said = sandbox_.Out({"seal", "--key", File("key"), "--out", File("seal")});
  EXPECT_THAT(said, AllOf(StartsWith("sealed 3 events of annals/"), HasSubstr("signed by annals+")));
  EXPECT_EQ(TextOf("seal"), note) << "the same head gives the same seal";
  const std::string json = sandbox_.Out({"seal", "--key", File("key"), "--json"});
  EXPECT_THAT(json, AllOf(StartsWith(R"({"origin":"annals/)"), HasSubstr(R"("size":3,"root":")"),
                          HasSubstr(R"("verifier_key":")" + key), HasSubstr(R"("file":null,"seal":"annals/)")));
  EXPECT_EQ(sandbox_.Run({"seal", "--key", File("none")}).exit, 4);
  EXPECT_EQ(sandbox_.Run({"seal"}).exit, 2);
}

TEST_F(ProofTest, WhatDoesNotGiveTheHeadIsNotSealed) {
  Fill(3);
  NewKey("key");
  Sql("DROP TRIGGER log_refuses_update");
  Sql("UPDATE log SET event = x'00' WHERE position = 2");
  const ProcessResult sealed = sandbox_.Run({"seal", "--key", File("key"), "--out", File("seal")});
  EXPECT_EQ(sealed.exit, 6);
  EXPECT_THAT(sealed.err, AllOf(HasSubstr("position 2: the event does not give the hash kept beside it"),
                                HasSubstr("annals verify")));
  EXPECT_FALSE(std::filesystem::exists(File("seal")));
}

TEST_F(ProofTest, AnEventsProofHoldsWithoutTheDatabase) {
  Fill(5);
  const std::string key = NewKey("key");
  Seal("seal");
  const std::string proof = sandbox_.Out({"prove", "2"});
  EXPECT_THAT(proof, AllOf(StartsWith(R"({"position":2,"leaf_index":1,"tree_size":5,"leaf_input":")"),
                           HasSubstr(R"("audit_path":[")")));
  EXPECT_EQ(sandbox_.Out({"prove", "2", "--out", File("proof")}), "");
  EXPECT_EQ(TextOf("proof"), proof);

  const ProcessResult alone = Check({"-"}, proof);
  EXPECT_EQ(alone.exit, 0) << alone.err;
  EXPECT_THAT(alone.out, AllOf(StartsWith("the proof holds: position 2 is in the log of 5 events\n"),
                               HasSubstr("  stream    run/r2, version 1\n  type      run_created\n  actor     ci\n"),
                               HasSubstr("named by the proof alone"), HasSubstr("may be anybody's")));
  const ProcessResult sealed = Check({File("proof"), "--seal", File("seal"), "--verifier", key});
  EXPECT_EQ(sealed.exit, 0) << sealed.err;
  EXPECT_THAT(sealed.out, AllOf(HasSubstr("of 5 events: sealed in "), Not(HasSubstr("anybody's")),
                                ContainsRegex("\n  log       annals/[0-9A-Z]{26}, sealed by annals\\+[0-9a-f]{8}\n")));
  Write("pub", key + "\n");
  const ProcessResult json =
      Check({File("proof"), "--json", "--seal", File("seal"), "--verifier", fmt::format("@{}", File("pub")), "--root",
             proof.substr(proof.find("\"root\":\"") + 8, 64)});
  EXPECT_EQ(json.exit, 0) << json.err;
  EXPECT_THAT(json.out, AllOf(StartsWith(R"({"ok":true,"kind":"inclusion","position":2,"stream":"run/r2","version":1,)"
                                         R"("event_type":"run_created","actor":"ci","recorded_at":"20)"),
                              HasSubstr(R"("given":true,"seals":[")" + File("seal") + R"("]}],"origin":"annals/)"),
                              HasSubstr(R"(","signed_by":"annals+)")));
  EXPECT_TRUE(std::filesystem::is_empty(elsewhere_.path())) << "it made something";
}

TEST_F(ProofTest, AProofIsMadeForTheSizeThatWasSealed) {
  Fill(3);
  const std::string key = NewKey("key");
  Seal("old");
  Fill(4, "more");
  Write("proof", sandbox_.Out({"prove", "2", "--size", "3"}));
  EXPECT_EQ(Check({File("proof"), "--seal", File("old"), "--verifier", key}).exit, 0);
  Write("newer", sandbox_.Out({"prove", "2"}));
  const ProcessResult newer = Check({File("newer"), "--seal", File("old"), "--verifier", key});
  EXPECT_EQ(newer.exit, 6);
  EXPECT_THAT(newer.err, HasSubstr("it is of 3 events; make the proof with --size 3"));
}

TEST_F(ProofTest, ConsistencyHoldsBetweenTwoSeals) {
  Fill(3);
  const std::string key = NewKey("key");
  Seal("old");
  Fill(4, "more");
  Seal("new");
  const std::string proof = sandbox_.Out({"prove", "--consistency", "3"});
  EXPECT_THAT(proof, StartsWith(R"({"first_size":3,"second_size":7,"first_root":")"));
  EXPECT_EQ(sandbox_.Out({"prove", "--consistency", "3", "7"}), proof);
  EXPECT_EQ(sandbox_.Out({"prove", "--consistency", "3", "--size", "7"}), proof);
  Write("proof", proof);
  const ProcessResult both = Check({File("proof"), "--seal", File("old"), "--seal", File("new"), "--verifier", key});
  EXPECT_EQ(both.exit, 0) << both.err;
  EXPECT_THAT(both.out, AllOf(StartsWith("the proof holds: the log of 7 events goes on from the log of 3 events\n"),
                              HasSubstr("of 3 events: sealed in "), HasSubstr("of 7 events: sealed in "),
                              Not(HasSubstr("anybody's"))));
  const ProcessResult one = Check({File("proof"), "--seal", File("old"), "--verifier", key});
  EXPECT_EQ(one.exit, 0);
  EXPECT_THAT(one.out, AllOf(HasSubstr("of 7 events: named by the proof alone"), HasSubstr("anybody's")));
  EXPECT_THAT(Check({File("proof"), "--json"}).out,
              StartsWith(R"({"ok":true,"kind":"consistency","roots":[{"size":3,)"));
}

TEST_F(ProofTest, ASealOfALogThatWasRewrittenDoesNotFit) {
  Fill(3);
  const std::string key = NewKey("key");
  Seal("seal");
  std::filesystem::rename(sandbox_.db(), File("gone.db"));
  Fill(3, "other");
  Write("proof", sandbox_.Out({"prove", "2"}));
  const ProcessResult checked = Check({File("proof"), "--seal", File("seal"), "--verifier", key});
  EXPECT_EQ(checked.exit, 6);
  EXPECT_THAT(checked.err, HasSubstr("the proof is not of the log sealed in"));
}

TEST_F(ProofTest, BadProofsAndSealsExitWithSix) {
  Fill(3);
  const std::string key = NewKey("key");
  const std::string other = NewKey("other");
  Seal("seal");
  const std::string proof = sandbox_.Out({"prove", "2"});
  const auto altered = [&](std::string_view from, std::string_view to) {
    std::string text = proof;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string hash(64, '0');
  Write("proof", proof);
  Write("cut.seal", TextOf("seal").substr(0, 20));
  struct BadCase {
    std::string proof;
    std::vector<std::string> arguments;
    const char* message;
  };
  const BadCase kBad[] = {
      {"", {}, "read the inclusion proof"},
      {proof.substr(0, 100), {}, "read the inclusion proof"},
      {altered("\"position\":2", "\"position\":3"), {}, "it speaks of position 3"},
      {altered("\"leaf_index\":1", "\"leaf_index\":0"), {}, "does not hold"},
      {altered("\"leaf_index\":1", "\"leaf_index\":3"), {}, "has none with index 3"},
      {altered("\"leaf_input\":\"AA", "\"leaf_input\":\"BA"), {}, "leaf_hash is not the hash of leaf_input"},
      {proof, {"--root", hash}, "not the one of --root"},
      {proof, {"--seal", File("seal"), "--verifier", other}, "did not sign it"},
      {proof, {"--seal", File("cut.seal"), "--verifier", key}, "cut short"},
      {proof, {"--seal", File("proof"), "--verifier", key}, "no signed note"},
  };
  for (const BadCase& row : kBad) {
    std::vector<std::string> arguments = {"-"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const ProcessResult checked = Check(arguments, row.proof);
    EXPECT_EQ(checked.exit, 6) << row.message << ": " << checked.err;
    EXPECT_THAT(checked.err, HasSubstr(row.message));
    EXPECT_THAT(checked.out, IsEmpty());
  }
}

TEST_F(ProofTest, BadUsageIsSaid) {
  Fill(3);
  const std::string key = NewKey("key");
  Seal("seal");
  Write("proof", sandbox_.Out({"prove", "2"}));
  struct UsageCase {
    std::vector<std::string> arguments;
    int exit;
    const char* message;
  };
  const UsageCase kUsages[] = {
      {{"prove"}, 2, "give the POSITION of an event, or --consistency"},
      {{"prove", "x"}, 2, "\"x\" is no whole number"},
      {{"prove", "0"}, 2, "count from 1"},
      {{"prove", "4"}, 4, "there is no event at position 4: the log has 3 events"},
      {{"prove", "1", "--size", "9"}, 4, "the log has 3"},
      {{"prove", "3", "--size", "2"}, 2, "lies behind a tree of 2"},
      {{"prove", "3", "--size", "-1"}, 2, "-1 is below 0"},
      {{"prove", "--consistency", "3", "2"}, 2, "the smaller size first"},
      {{"prove", "--consistency", "1", "9"}, 4, "the log has 3"},
      {{"prove", "--consistency", "1", "2", "--size", "3"}, 2, "leave one of the two out"},
      {{"check-proof", File("none")}, 4, "No such file"},
      {{"check-proof", File("proof"), "--root", "abc"}, 2, "--root: is 3 bytes long; a hash is 64 hex digits"},
      {{"check-proof", File("proof"), "--seal", File("seal")}, 2, "give --verifier KEY"},
      {{"check-proof", File("proof"), "--verifier", key}, 2, "give the --seal"},
      {{"check-proof", File("proof"), "--seal", File("none"), "--verifier", key}, 4, "No such file"},
      {{"check-proof", File("proof"), "--seal", File("seal"), "--verifier", "x"}, 2, "--verifier: read the verifier"},
  };
  for (const UsageCase& row : kUsages) {
    const ProcessResult result = sandbox_.Run(row.arguments);
    EXPECT_EQ(result.exit, row.exit) << row.message << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(row.message));
  }
  const ProcessResult none = RunProcess({.arguments = {"prove", "1", "--db", File("no.db")}});
  EXPECT_EQ(none.exit, 4);
}

TEST_F(ProofTest, AnEmptyLogCanBeSealed) {
  sandbox_.Out({"init"});
  const std::string key = NewKey("key");
  Seal("empty");
  Fill(2);
  Seal("later");
  Write("proof", sandbox_.Out({"prove", "--consistency", "0"}));
  EXPECT_EQ(Check({File("proof"), "--seal", File("empty"), "--seal", File("later"), "--verifier", key}).exit, 0);
}

TEST_F(ProofTest, WhatAProofSaysDoesNotReachTheTerminalAsItIs) {
  sandbox_.Out({"run", "create", "r1", "--actor", "a\u202eb"});
  const ProcessResult checked = Check({"-"}, sandbox_.Out({"prove", "1"}));
  EXPECT_EQ(checked.exit, 0);
  EXPECT_THAT(checked.out, AllOf(HasSubstr("\\u202e"), Not(HasSubstr("\u202e"))));
}

}  // namespace
}  // namespace annals::testing_process
