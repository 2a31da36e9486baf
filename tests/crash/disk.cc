#include "tests/crash/disk.h"

#include <algorithm>

namespace annals::crash {
namespace {

void Write(std::string& file, uint64_t offset, std::string_view bytes) {
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
  file.replace(offset, bytes.size(), bytes);
}

bool Coin(std::mt19937_64& chance) {
  return (chance() & 1) != 0;
}

}  // namespace

std::string_view NameOf(CutRule rule) {
  switch (rule) {
    case CutRule::kKeepAll:
      return "KeepAll";
    case CutRule::kDropAll:
      return "DropAll";
    case CutRule::kPrefix:
      return "Prefix";
    case CutRule::kAnyOrder:
      return "AnyOrder";
    case CutRule::kTorn:
      return "Torn";
  }
  return "";
}

Disk::Disk(const DiskFiles& files) {
  for (const auto& [name, bytes] : files) now_[name] = std::make_shared<Content>(Content{bytes, {}});
  synced_ = now_;
}

void Disk::Do(const DiskStep& step) {
  switch (step.kind) {
    case DiskStep::Kind::kCreate:
      now_[step.file] = std::make_shared<Content>();
      unsynced_.push_back({step.file, now_[step.file]});
      return;
    case DiskStep::Kind::kDelete:
      now_.erase(step.file);
      unsynced_.push_back({step.file, nullptr});
      return;
    case DiskStep::Kind::kWrite:
    case DiskStep::Kind::kTruncate:
      now_.at(step.file)->unsynced.push_back(step);
      return;
    case DiskStep::Kind::kSync: {
      Content& content = *now_.at(step.file);
      for (const DiskStep& change : content.unsynced) {
        if (change.kind == DiskStep::Kind::kTruncate) {
          content.synced.resize(change.number);
        } else {
          Write(content.synced, change.number, change.bytes);
        }
      }
      content.unsynced.clear();
      return;
    }
    case DiskStep::Kind::kSyncFolder:
      synced_ = now_;
      unsynced_.clear();
      return;
    case DiskStep::Kind::kMark:
    case DiskStep::Kind::kRead:
    case DiskStep::Kind::kSize:
    case DiskStep::Kind::kAccess:
    case DiskStep::Kind::kLock:
    case DiskStep::Kind::kUnlock:
    case DiskStep::Kind::kShare:
    case DiskStep::Kind::kShareLock:
      return;
  }
}

std::string Disk::Survivor(const Content& content, const CutOptions& options, size_t kept, std::mt19937_64& chance) {
  std::string file = content.synced;
  for (size_t i = 0; i < content.unsynced.size(); ++i) {
    const DiskStep& change = content.unsynced[i];
    const bool is_torn = options.rule == CutRule::kTorn;
    bool is_kept = i < kept;
    if (options.rule == CutRule::kAnyOrder || (is_torn && change.kind == DiskStep::Kind::kTruncate)) {
      is_kept = Coin(chance);
    }
    if (change.kind == DiskStep::Kind::kTruncate) {
      if (is_kept) file.resize(change.number);
      continue;
    }
    if (!is_torn) {
      if (is_kept) Write(file, change.number, change.bytes);
      continue;
    }
    for (uint64_t at = 0; at < change.bytes.size();) {
      const uint64_t offset = change.number + at;
      const uint64_t length = std::min<uint64_t>(kSector - offset % kSector, change.bytes.size() - at);
      if (Coin(chance)) {
        Write(file, offset, std::string_view(change.bytes).substr(at, length));
      } else if (length < kSector && !options.is_powersafe) {
        // The sector was being written again as a whole: nothing of it can be relied upon.
        const uint64_t sector = offset - offset % kSector;
        std::string noise(std::min<uint64_t>(kSector, std::max<uint64_t>(file.size(), sector) - sector), '\0');
        for (char& byte : noise) byte = static_cast<char>(chance());
        if (!noise.empty()) Write(file, sector, noise);
      }
      at += length;
    }
  }
  return file;
}

DiskFiles Disk::Cut(const CutOptions& options, std::mt19937_64& chance) const {
  // With kPrefix one moment holds for all files; as each keeps its own list, the same share of each comes near it.
  const double share = static_cast<double>(chance() % 1001) / 1000;
  const auto kept = [&](size_t count) -> size_t {
    if (options.rule == CutRule::kDropAll) return 0;
    if (options.rule == CutRule::kPrefix) return static_cast<size_t>(share * static_cast<double>(count));
    return count;
  };
  std::map<std::string, std::shared_ptr<Content>> entries = synced_;
  const size_t entries_kept = kept(unsynced_.size());
  for (size_t i = 0; i < unsynced_.size(); ++i) {
    const bool is_free = options.rule == CutRule::kAnyOrder || options.rule == CutRule::kTorn;
    if (is_free ? !Coin(chance) : i >= entries_kept) continue;
    if (unsynced_[i].content == nullptr) {
      entries.erase(unsynced_[i].name);
    } else {
      entries[unsynced_[i].name] = unsynced_[i].content;
    }
  }
  DiskFiles files;
  for (const auto& [name, content] : entries) {
    files[name] = Survivor(*content, options, kept(content->unsynced.size()), chance);
  }
  return files;
}

}  // namespace annals::crash
