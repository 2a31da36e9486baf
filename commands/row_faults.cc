#include "commands/row_faults.h"

#include <fmt/format.h>
#include <kj/exception.h>

#include "projections/open_streams.h"
#include "projections/projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// Whether it can be folded: as EventCheck does it, which has told why not.
absl::StatusOr<bool> Folds(const RecordView& record, RecordFolder& folder, Rows& rows) {
  try {
    absl::StatusOr<FoldedEvent> event = folder.ReadEvent(record);
    if (!event.ok()) return false;
    folder.ReadKeptContent(record, *event).IgnoreError();
    const absl::Status folded = Fold(*event, rows);
    if (absl::IsDataLoss(folded)) return false;
    RETURN_IF_ERROR(folded);
    return true;
  } catch (const kj::Exception&) {
    return false;
  }
}

}  // namespace

OnDifference AsFaults(FaultSink& faults) {
  return [&faults](const TableDifference& difference) {
    faults.Add({difference.position, FaultKind::kTable,
                fmt::format("{} ({}): {}", difference.table, difference.key, difference.detail)});
  };
}

absl::Status NameRows(Snapshot& snapshot, FaultSink& faults) {
  TableCheck tables(snapshot, AsFaults(faults));
  OpenStreams streams(snapshot);
  RecordFolder folder;
  absl::Status damage;
  const auto leave = [&](OpenStream& stream) -> absl::Status {
    const absl::Status compared =
        stream.is_broken ? absl::OkStatus() : tables.CompareStream(stream.name(), stream.rows());
    streams.Leave(stream);
    // A table that is damaged, or lacks a column, leaves the others.
    if (!absl::IsDataLoss(compared) && !absl::IsInternal(compared)) return compared;
    damage.Update(compared);
    return absl::OkStatus();
  };
  const absl::Status walked = snapshot.VisitLog({.for_check = true}, [&](const RecordView& record) -> absl::Status {
    ASSIGN_OR_RETURN(OpenStream* const stream, streams.Meet(record.stream));
    if (!stream->is_broken) {
      ASSIGN_OR_RETURN(const bool folds, Folds(record, folder, stream->rows()));
      stream->is_broken = !folds;
      if (!folds) stream->rows().Clear();
    }
    return OpenStreams::HasEnded(*stream) ? leave(*stream) : absl::OkStatus();
  });
  RETURN_IF_ERROR(walked);
  for (OpenStream* const stream : streams.Rest()) RETURN_IF_ERROR(leave(*stream));
  damage.Update(tables.CompareRest(tables.seen()).status());
  return damage;
}

}  // namespace annals
