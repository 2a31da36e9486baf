// Compares the tables with the fold of the log, in one walk over it.
#include <algorithm>

#include "eventstore/bundle.h"
#include "projections/open_streams.h"
#include "projections/projector.h"
#include "projections/rebuild.h"
#include "projections/transition_check.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr size_t kDifferencesNamed = 100;

void Note(const TableDifference& difference, CheckReport& report) {
  ++report.difference_count;
  if (report.differences.size() < kDifferencesNamed) report.differences.push_back(difference);
  if (!difference.position) return;
  report.first_position = std::min(report.first_position.value_or(*difference.position), *difference.position);
}

}  // namespace

absl::StatusOr<CheckReport> CheckTables(Storage& storage, FoldProgress progress) {
  ASSIGN_OR_RETURN(const auto snapshot, storage.Read());
  ASSIGN_OR_RETURN(const bool keeps_transitions, snapshot->HasTable(StateTransitionsTable().table()));
  CheckReport report;
  const auto note = [&report](const TableDifference& difference) { Note(difference, report); };
  TableCheck tables(*snapshot, note);
  TransitionCheck transitions(*snapshot, TransitionCheck::Strays::kCompared, note);
  OpenStreams streams(*snapshot);
  const auto leave = [&](OpenStream& stream) -> absl::Status {
    RETURN_IF_ERROR(tables.CompareStream(stream.name(), stream.rows()));
    streams.Leave(stream);
    return absl::OkStatus();
  };
  RecordFolder folder;
  const uint64_t total = snapshot->head().position.value;
  const absl::Status walked = snapshot->VisitLog({.for_fold = true}, [&](const RecordView& record) -> absl::Status {
    ASSIGN_OR_RETURN(OpenStream* const stream, streams.Meet(record.stream));
    if (keeps_transitions) {
      ASSIGN_OR_RETURN(const FoldedEvent event, folder.Read(record));
      RETURN_IF_ERROR(transitions.Meet(event));
      RETURN_IF_ERROR(Fold(event, stream->rows()));
    } else {
      RETURN_IF_ERROR(folder.Fold(record, stream->rows()));
    }
    if (OpenStreams::HasEnded(*stream)) RETURN_IF_ERROR(leave(*stream));
    if (++report.events % kProgressEvery == 0) progress(record.position.value, total);
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(walked);
  // A bundle holds a part of what its head is over.
  ASSIGN_OR_RETURN(const bool is_bundle, snapshot->HasTable(BundleTable()));
  if (!is_bundle) RETURN_IF_ERROR(CheckEventCount(report.events, total));
  for (OpenStream* const stream : streams.Rest()) RETURN_IF_ERROR(leave(*stream));
  if (keeps_transitions) RETURN_IF_ERROR(transitions.Finish());
  ASSIGN_OR_RETURN(report.rows, tables.CompareRest(tables.seen()));
  report.rows += transitions.seen();
  return report;
}

}  // namespace annals
