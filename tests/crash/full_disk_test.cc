// A disk that is really full: a tmpfs of some hundred KiB, with a ballast file that makes room again.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "tests/crash/reference_run.h"
#include "tests/support/commands.h"
#include "tests/support/effort.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"

namespace annals::crash {
namespace {

using namespace annals::support;

constexpr uint64_t kKib = 1024;
constexpr uint64_t kBallast = 512 * kKib;

// A file system in memory of that size, which this process alone sees and which goes with it.
class SmallDisk {
 public:
  SmallDisk() = default;
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_mounted_) umount(path_.c_str());
    std::filesystem::remove(path_);
  }
  // Empty, or why there can be none here.
  std::string Mount(uint64_t bytes) {
    path_ = (std::filesystem::temp_directory_path() / "annals_disk_XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) return std::strerror(errno);
    if (!MayMount()) return fmt::format("no namespace of its own: {}", std::strerror(errno));
    if (mount("tmpfs", path_.c_str(), "tmpfs", 0, fmt::format("size={}", bytes).c_str()) != 0) {
      return fmt::format("mount a tmpfs: {}", std::strerror(errno));
    }
    is_mounted_ = true;
    return "";
  }
  std::string File(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

 private:
  // One namespace does for all disks of this process.
  static bool MayMount() {
    static const bool may = [] {
      // Who is not root is so in a namespace of users.
      const uid_t user = getuid();
      const gid_t group = getgid();
      if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        std::ofstream("/proc/self/uid_map") << fmt::format("0 {} 1", user);
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/gid_map") << fmt::format("0 {} 1", group);
      }
      return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }();
    return may;
  }

  std::string path_;
  bool is_mounted_ = false;
};

absl::StatusOr<std::unique_ptr<SqliteStorage>> Open(const std::string& path, OpenMode mode = OpenMode::kCreate) {
  static SimulatedClock clock(Timestamp{1'700'000'000'000'000});
  static SeededRandom random(7);
  return SqliteStorage::Open({.path = path,
                              .mode = mode,
                              .checkpoint_pages = 30,
                              .tables = ProjectedTables(),
                              .clock = &clock,
                              .random = &random});
}

class FullDiskTest : public testing::Test {
 protected:
  // Until the disk is full, while it is, and after the ballast went.
  void Play(uint64_t size) {
    SmallDisk disk;
    const std::string fault = disk.Mount(size + kBallast);
    ASSERT_EQ(fault, "");
    const std::string ballast = disk.File("ballast");
    std::ofstream(ballast) << std::string(kBallast, 'b');
    ASSERT_EQ(std::filesystem::file_size(ballast), kBallast);
    const std::string path = disk.File("a.db");
    const std::unique_ptr<SqliteStorage> storage = Must(Open(path));
    Session session(*storage);
    const std::vector<std::string> commands = ReferenceRun(2'000);
    size_t next = 0;
    absl::Status status;
    const auto say = [&](const std::string& command) {
      const JsonCommand parsed(command);
      const schema::Command::Reader reader = parsed.reader();
      status = session.engine().Execute({&reader, 1}).status();
      return status.ok();
    };
    while (next < commands.size() && say(commands[next])) ++next;
    ASSERT_LT(next, commands.size()) << "the disk was never full";
    const uint64_t acknowledged = HeadOf(*storage);
    for (int again = 0; again < 3; ++again) {
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
      // Reads are served, here and to who comes new.
      EXPECT_EQ(HeadOf(*storage), acknowledged);
      EXPECT_EQ(HeadOf(*Must(Open(path, OpenMode::kReadOnly))), acknowledged);
      EXPECT_EQ(FaultsOf(*storage), "");
      EXPECT_FALSE(say(commands[next]));
    }
    std::filesystem::remove(ballast);
    const size_t enough = std::min(next + 20, commands.size());
    for (; next < enough; ++next) ASSERT_TRUE(say(commands[next])) << status;
    EXPECT_GT(HeadOf(*storage), acknowledged);
    EXPECT_EQ(FaultsOf(*storage), "");
    // What was said while there was no room is a repeat of nothing.
    for (size_t i = 0; i < next; ++i) ASSERT_TRUE(say(commands[i])) << status;
    EXPECT_EQ(FaultsOf(*storage), "");
  }

  static uint64_t HeadOf(Storage& storage) { return Must(storage.Read())->head().position.value; }
};

TEST_F(FullDiskTest, IsSaidReadsGoOnAndSoDoesWorkWhenThereIsRoomAgain) {
  {
    SmallDisk disk;
    if (const std::string fault = disk.Mount(kKib * 64); !fault.empty()) GTEST_SKIP() << fault;
  }
  uint64_t disks = 0;
  const uint64_t step = IsFullEffort() ? 4 : 48;
  // From one that takes a database and little more.
  for (uint64_t size = 400; size < 800 && !HasFailure(); size += step, ++disks) {
    SCOPED_TRACE(fmt::format("a disk of {} KiB", size));
    Play(size * kKib);
  }
  Tried(disks, "full disks");
}

}  // namespace
}  // namespace annals::crash
