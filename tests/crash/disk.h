// What a disk holds of what a program wrote, at a moment when its power fails: what was synced, and of the rest
// whatever chance left.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace annals::crash {

// One thing a program did to the files of one folder, in the order it did them.
struct DiskStep {
  enum class Kind {
    kCreate,
    kDelete,
    kWrite,       // `bytes` at `number`
    kTruncate,    // to `number` bytes
    kSync,        // what was written to the file will stay
    kSyncFolder,  // what was created and deleted will stay so
    kMark,        // nothing happens: `number` is what the program had said by then
    // These leave a disk as it is. They may fail, and are not written down.
    kRead,
    kSize,
    kAccess,  // whether there is such a file
    kLock,
    kUnlock,
    kShare,      // the memory that processes share as the index of the write-ahead log
    kShareLock,  // of that memory, taken; one that is given back is none
  };
  Kind kind;
  std::string file = {};
  uint64_t number = 0;
  std::string bytes = {};
};

// Name → content.
using DiskFiles = std::map<std::string, std::string>;

// What becomes of a write that was not synced.
enum class CutRule {
  kKeepAll,   // only what was never written is lost
  kDropAll,   // only what was synced is there
  kPrefix,    // writes reach the disk in their order, up to some moment
  kAnyOrder,  // each write is there or not
  kTorn       // each sector of each write is there or not
};
std::string_view NameOf(CutRule rule);

struct CutOptions {
  CutRule rule = CutRule::kTorn;
  // The disk keeps the rest of a sector when a part of it is written (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
  bool is_powersafe = true;
};

class Disk {
 public:
  static constexpr uint64_t kSector = 512;

  // All of `files` is synced.
  explicit Disk(const DiskFiles& files = {});

  void Do(const DiskStep& step);
  // What is found when the power is back.
  DiskFiles Cut(const CutOptions& options, std::mt19937_64& chance) const;

 private:
  struct Content {
    std::string synced;
    std::vector<DiskStep> unsynced;  // kWrite and kTruncate
  };
  struct Entry {
    std::string name;
    std::shared_ptr<Content> content;  // nullptr: the name was deleted
  };
  static std::string Survivor(const Content& content, const CutOptions& options, size_t kept, std::mt19937_64& chance);

  std::map<std::string, std::shared_ptr<Content>> now_, synced_;
  std::vector<Entry> unsynced_;
};

}  // namespace annals::crash
