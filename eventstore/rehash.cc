#include "eventstore/rehash.h"

#include <algorithm>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "eventstore/bundle.h"
#include "eventstore/log_tree.h"
#include "eventstore/merkle.h"
#include "eventstore/storage.h"
#include "schemas/sabotage.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr uint64_t kLeaves = MerkleTree::kSubtreeLeaves;
constexpr uint64_t kProgressEvery = 1 << 14;

absl::Status Misfit(Position position, std::string_view what) {
  return absl::DataLossError(fmt::format(
      "hash the log again: position {}: {}; nothing is signed; annals verify names every fault", position.value, what));
}

// The leaves from position `first` to `last`, where both are ends of whole subtrees or of the log.
class Walk {
 public:
  Walk(Snapshot& snapshot, uint64_t first, uint64_t last) : snapshot_(snapshot), next_(first), last_(last) {}

  absl::Status Run(absl::FunctionRef<void(uint64_t done)> progress) {
    if (next_ > last_) return absl::OkStatus();
    uint64_t done = 0;
    const LogRange range{.first = {next_}, .last = {last_}, .for_check = true};
    const absl::Status walked = snapshot_.VisitLog(range, [&](const RecordView& record) -> absl::Status {
      if (record.position.value != next_) return Missing();
      RETURN_IF_ERROR(Add(record));
      if (++done % kProgressEvery == 0) progress(done);
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(walked);
    return next_ <= last_ ? Missing() : absl::OkStatus();
  }

 private:
  absl::Status Missing() const { return Misfit({next_}, "the event is missing"); }

  absl::Status Add(const RecordView& record) {
    if (record.stream.size() > UINT16_MAX) return Misfit(record.position, "its stream's name is too long");
    const Hash leaf = LeafHashOf(record);
    if (!IsKeptOf(leaf, record.kept_leaf))
      return Misfit(record.position, "the event does not give the hash kept beside it");
    ++next_;
    subtree_.Append(leaf);
    return subtree_.size() == kLeaves ? CompareSubtree(record.position) : absl::OkStatus();
  }

  absl::Status CompareSubtree(Position end) {
    const uint64_t number = end.value / kLeaves - 1;
    const Hash root = subtree_.Root();
    subtree_ = MerkleTree();
    return snapshot_.ReadSubtrees(number, number, [&](const Hash& kept) {
      if (kept == root) return absl::OkStatus();
      return Misfit({end.value - kLeaves + 1},
                    fmt::format("the events from here to {} do not give the root kept of them", end.value));
    });
  }

  Snapshot& snapshot_;
  uint64_t next_;
  const uint64_t last_;
  MerkleTree subtree_;
};

}  // namespace

absl::StatusOr<Hash> RehashedRoot(absl::Span<Snapshot* const> snapshots,
                                  absl::FunctionRef<void(uint64_t done, uint64_t total)> progress) {
  Snapshot& first = *snapshots[0];
  ASSIGN_OR_RETURN(const bool is_bundle, first.HasTable(BundleTable()));
  if (is_bundle) return LogTree::Open(first).status();
  if (IsSabotaged("logs_are_sealed_unread")) return first.head().tree.Root();
  const uint64_t size = first.head().tree.size();
  const uint64_t part = (size / kLeaves / snapshots.size() + 1) * kLeaves;
  std::vector<absl::Status> found(snapshots.size());
  const auto run = [&](size_t i) {
    Walk walk(*snapshots[i], i * part + 1, std::min(size, (i + 1) * part));
    found[i] = walk.Run([&](uint64_t done) {
      if (i == 0) progress(std::min(size, done * snapshots.size()), size);
    });
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < snapshots.size(); ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : found) RETURN_IF_ERROR(status);
  // The events give what is kept of them; whether that gives the head is seen here.
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(first));
  return tree.RootOf(0, size);
}

}  // namespace annals
