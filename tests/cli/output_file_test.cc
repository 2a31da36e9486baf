#include "cli/output_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/cli/annals_process.h"

namespace annals {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_process::TemporaryFolder;

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0);
  return info.st_mode & 0777;
}

std::vector<std::string> NamesIn(const TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

absl::Status Replace(const std::string& path, std::string_view text) {
  std::ostringstream unused;
  return WriteDocument(path, text, unused);
}

TEST(OutputFile, APrivateOneIsItsOwnersAndReplacesNothing) {
  const TemporaryFolder folder;
  const std::string path = folder.File("key");
  const mode_t mask = umask(0);
  EXPECT_TRUE(CreatePrivateFile(path, "secret").ok());
  umask(mask);
  EXPECT_EQ(ModeOf(path), 0600u);
  const absl::Status again = CreatePrivateFile(path, "other");
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(MessageOf(again)), HasSubstr("it is already there; name a new file"));
  EXPECT_EQ(TextOf(path), "secret");
  std::filesystem::create_symlink(folder.File("elsewhere"), folder.File("link"));
  EXPECT_FALSE(CreatePrivateFile(folder.File("link"), "secret").ok());
}

TEST(OutputFile, ReplacingLeavesOneWholeFileAsTheMaskSays) {
  const TemporaryFolder folder;
  const std::string path = folder.File("seal");
  const mode_t mask = umask(027);
  EXPECT_TRUE(Replace(path, "one").ok());
  EXPECT_TRUE(Replace(path, "two").ok());
  umask(mask);
  EXPECT_EQ(TextOf(path), "two");
  EXPECT_EQ(ModeOf(path), 0640u);
  EXPECT_THAT(NamesIn(folder), ElementsAre("seal"));
}

TEST(OutputFile, WhatCannotBeWrittenIsSaidAndLeavesNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(Replace(folder.File("no/seal"), "x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CreatePrivateFile(folder.File("no/key"), "x").code(), absl::StatusCode::kInvalidArgument);
  std::filesystem::create_directory(folder.File("folder"));
  const absl::Status status = Replace(folder.File("folder"), "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("folder\": Is a directory"));
  EXPECT_THAT(NamesIn(folder), ElementsAre("folder"));
}

TEST(OutputFile, FollowsALink) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Replace(folder.File("real"), "old").ok());
  std::filesystem::create_symlink("real", folder.File("link"));
  ASSERT_TRUE(Replace(folder.File("link"), "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder.File("link")));
  EXPECT_EQ(TextOf(folder.File("real")), "new");
}

TEST(OutputFile, WritesToWhatIsNoRegularFile) {
  EXPECT_TRUE(Replace("/dev/null", "text").ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(OutputFile, OneThatIsNotCommittedLeavesNothing) {
  const TemporaryFolder folder;
  {
    OutputFile file;
    ASSERT_TRUE(file.Open(folder.File("a")).ok());
    file.stream() << "text";
  }
  EXPECT_TRUE(NamesIn(folder).empty());
}

TEST(OutputFile, ADocumentGoesToTheStreamWhereNoFileIsNamed) {
  const TemporaryFolder folder;
  std::ostringstream out;
  EXPECT_TRUE(WriteDocument(std::nullopt, "a", out).ok());
  EXPECT_TRUE(WriteDocument("-", "b", out).ok());
  EXPECT_TRUE(WriteDocument(folder.File("c"), "c", out).ok());
  EXPECT_EQ(out.str(), "ab");
  EXPECT_EQ(TextOf(folder.File("c")), "c");
}

}  // namespace
}  // namespace annals
