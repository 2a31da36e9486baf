#include "commands/bundle.h"

#include <bit>

#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "eventstore/log_tree.h"
#include "eventstore/proof.h"
#include "eventstore/rehash.h"
#include "eventstore/sealed_checkpoint.h"
#include "projections/rebuild.h"
#include "projections/rows.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The head of the log when it had `size` events.
absl::StatusOr<Head> HeadAt(Snapshot& log, LogTree& tree, uint64_t size) {
  if (size == log.head().position.value) return log.head();
  Head head{.position = {size}, .recorded_at = {}, .generation = 0, .tree = {}};
  std::string frontier;
  uint64_t first = 0;
  for (uint64_t left = size; left > 0;) {
    const uint64_t leaves = std::bit_floor(left);
    ASSIGN_OR_RETURN(const Hash peak, tree.RootOf(first, first + leaves));
    frontier += BytesOf(peak);
    first += leaves;
    left -= leaves;
  }
  ASSIGN_OR_RETURN(head.tree, MerkleTree::FromFrontier(size, frontier));
  ASSIGN_OR_RETURN(const auto cursor, log.ReadLog({.last = {size}, .newest_first = true}));
  ASSIGN_OR_RETURN(const RecordView* const newest, cursor->Next());
  if (newest != nullptr) head.recorded_at = newest->recorded_at;
  return head;
}

// What the bundle is of: the size of the tree, and the seal over it.
struct Sealed {
  uint64_t size = 0;
  std::string note;
};
absl::StatusOr<Sealed> SealedSize(Snapshot& log, LogTree& tree, const BundleOptions& options) {
  Sealed sealed{.size = log.head().position.value, .note = {}};
  ASSIGN_OR_RETURN(const std::string database_id, log.DatabaseId());
  SealedCheckpoint checkpoint{.origin = OriginOf(database_id), .size = sealed.size};
  if (options.key) {
    Snapshot* const whole = &log;
    ASSIGN_OR_RETURN(checkpoint.root, RehashedRoot({&whole, 1}, [](uint64_t, uint64_t) {}));
    ASSIGN_OR_RETURN(sealed.note, Seal(checkpoint, *options.key));
  } else if (options.seal) {
    ASSIGN_OR_RETURN(checkpoint, ReadUncheckedSeal(*options.seal));
    if (checkpoint.origin != OriginOf(database_id) || checkpoint.size > sealed.size) {
      return absl::InvalidArgumentError(fmt::format("the seal is of {} with {} events, this is {} with {}",
                                                    checkpoint.origin, checkpoint.size, OriginOf(database_id),
                                                    sealed.size));
    }
    ASSIGN_OR_RETURN(const Hash root, tree.RootOf(0, checkpoint.size));
    if (root != checkpoint.root) {
      return absl::DataLossError(fmt::format(
          "the first {} events do not give the root that was sealed; annals verify shows more", checkpoint.size));
    }
    sealed = {.size = checkpoint.size, .note = *options.seal};
  }
  return sealed;
}

class Filler {
 public:
  Filler(Snapshot& log, LogTree& tree, uint64_t size, BundleWriter& out)
      : log_(log), tree_(tree), size_(size), out_(out) {}

  absl::StatusOr<uint64_t> AddStream(const std::string& stream) {
    ASSIGN_OR_RETURN(const auto cursor, log_.ReadLog({.stream = stream}));
    uint64_t events = 0;
    while (true) {
      ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
      if (record == nullptr) return events;
      if (record->position.value > size_) {
        return absl::InvalidArgumentError(
            fmt::format("the run went on at position {}, but the seal is of the first {} events; seal the log anew",
                        record->position.value, size_));
      }
      ASSIGN_OR_RETURN(const InclusionProof proof, ProveInclusion(tree_, record->position, size_));
      RETURN_IF_ERROR(out_.Add(*record, proof.audit_path));
      RETURN_IF_ERROR(CopyCommandId(*record));
      ++events;
    }
  }

 private:
  // The salt of a command's digest stands beside its id.
  absl::Status CopyCommandId(const RecordView& record) {
    ASSIGN_OR_RETURN(const schema::Event::Reader event, decoder_.Decode(record.event));
    if (!event.hasCommandDigest()) return absl::OkStatus();
    return log_.ReadRows({.table = &CommandIdsTable(), .equals = {{0, View(event.getCommandId())}}}, TableSet::kLive,
                         [&](Row row) { return out_.PutNewRows(CommandIdsTable(), TableSet::kLive, row); });
  }

  Snapshot& log_;
  LogTree& tree_;
  const uint64_t size_;
  BundleWriter& out_;
  EventDecoder decoder_;
};

}  // namespace

absl::StatusOr<uint64_t> FillBundle(Snapshot& log, const BundleOptions& options, BundleWriter& out) {
  ASSIGN_OR_RETURN(LogTree tree, LogTree::Open(log));
  ASSIGN_OR_RETURN(const Sealed sealed, SealedSize(log, tree, options));
  Filler filler(log, tree, sealed.size, out);
  const std::string stream = RunStream(options.run_id);
  ASSIGN_OR_RETURN(const uint64_t events, filler.AddStream(stream));
  if (events == 0) {
    return absl::NotFoundError(
        fmt::format("there is no run {}; annals run list shows those there are", options.run_id));
  }
  ASSIGN_OR_RETURN(const uint64_t refusals, filler.AddStream(RefusedStream(stream)));
  Rows rows;
  RETURN_IF_ERROR(FoldStream(log, stream, {1}, {sealed.size}, rows).status());
  RETURN_IF_ERROR(rows.Flush(out, TableSet::kLive, /*max_bytes=*/SIZE_MAX));
  ASSIGN_OR_RETURN(const Head head, HeadAt(log, tree, sealed.size));
  ASSIGN_OR_RETURN(const std::string database_id, log.DatabaseId());
  RETURN_IF_ERROR(out.Finish({.run_id = options.run_id, .seal = sealed.note}, head, database_id));
  return events + refusals;
}

}  // namespace annals
