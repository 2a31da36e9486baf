#include "projections/bisect.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "schemas/status.h"

namespace annals {
namespace {

// Rows kept between two folds, about.
constexpr size_t kCacheBytes = size_t{64} << 20;

// The state behind the n-th event of a range, for any n: on from the last mark, or back to it.
class Folds {
 public:
  Folds(Snapshot& snapshot, const BisectRange& range, RowStore& store)
      : snapshot_(snapshot), range_(range), store_(store) {
    rows_.keeps_state_transitions = true;
    rows_.Attach(&store, TableSet::kLive);
  }

  // Folds what stands before the range, and finds the events in it.
  absl::Status Begin(FoldProgress progress) {
    RETURN_IF_ERROR(Fold({1}, range_.after, progress));
    if (range_.run_id) {
      const std::string stream = RunStream(*range_.run_id);
      for (const std::string& each : {stream, RefusedStream(stream)}) RETURN_IF_ERROR(CollectPositions(each));
      std::ranges::sort(positions_);
    }
    return store_.Mark();
  }

  uint64_t size() const { return range_.run_id ? positions_.size() : range_.last.value - range_.after.value; }
  // Of the n-th event, from 1; of 0 where the range begins.
  Position PositionOf(uint64_t n) const {
    if (n == 0) return range_.after;
    return range_.run_id ? positions_[n - 1] : Position{range_.after.value + n};
  }

  // From the mark, which stands behind event `from`, to behind event `to`.
  absl::Status GoOn(uint64_t from, uint64_t to, FoldProgress progress) {
    return Fold({PositionOf(from).value + 1}, PositionOf(to), progress);
  }
  absl::Status Mark() { return store_.Mark(); }
  absl::Status ReturnToMark() {
    rows_.Clear();
    return store_.ReturnToMark();
  }

 private:
  absl::Status CollectPositions(const std::string& stream) {
    ASSIGN_OR_RETURN(const auto cursor,
                     snapshot_.ReadLog(
                         {.first = {range_.after.value + 1}, .last = range_.last, .stream = stream, .for_fold = true}));
    while (true) {
      ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
      if (record == nullptr) return absl::OkStatus();
      positions_.push_back(record->position);
    }
  }

  absl::Status Fold(Position first, Position last, FoldProgress progress) {
    if (range_.run_id) {
      RETURN_IF_ERROR(FoldStream(snapshot_, RunStream(*range_.run_id), first, last, rows_).status());
    } else {
      RETURN_IF_ERROR(FoldLog(snapshot_, first, last, rows_, progress).status());
    }
    return rows_.Flush(store_, TableSet::kLive, kCacheBytes);
  }

  Snapshot& snapshot_;
  const BisectRange& range_;
  RowStore& store_;
  Rows rows_;
  std::vector<Position> positions_;
};

}  // namespace

absl::StatusOr<Bisection> Bisect(Snapshot& snapshot, const BisectRange& range, RowStore& store,
                                 absl::FunctionRef<absl::StatusOr<bool>()> holds, FoldProgress progress) {
  Folds folds(snapshot, range, store);
  RETURN_IF_ERROR(folds.Begin(progress));
  Bisection found{.position = {}, .looks = 2, .events = folds.size()};
  ASSIGN_OR_RETURN(const bool at_first, holds());
  if (at_first) {
    return absl::FailedPreconditionError(
        fmt::format("it holds at position {} already, before the first event to look at", range.after.value));
  }
  uint64_t no = 0, yes = folds.size();
  RETURN_IF_ERROR(folds.GoOn(no, yes, progress));
  ASSIGN_OR_RETURN(const bool at_last, holds());
  if (!at_last) {
    return absl::NotFoundError(
        fmt::format("it does not hold at position {}, behind the last of {} events", range.last.value, folds.size()));
  }
  RETURN_IF_ERROR(folds.ReturnToMark());
  while (yes - no > 1) {
    const uint64_t middle = no + (yes - no) / 2;
    RETURN_IF_ERROR(folds.GoOn(no, middle, progress));
    ++found.looks;
    ASSIGN_OR_RETURN(const bool at_middle, holds());
    if (at_middle) {
      yes = middle;
      RETURN_IF_ERROR(folds.ReturnToMark());
    } else {
      no = middle;
      RETURN_IF_ERROR(folds.Mark());
    }
  }
  found.position = folds.PositionOf(yes);
  return found;
}

}  // namespace annals
