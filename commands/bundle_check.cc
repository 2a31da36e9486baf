#include <fmt/format.h>

#include "commands/bundle.h"
#include "commands/event_check.h"
#include "commands/leaf_check.h"
#include "commands/row_faults.h"
#include "eventstore/proof.h"
#include "eventstore/sealed_checkpoint.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

class BundleCheck final : public FaultSink {
 public:
  BundleCheck(Snapshot& bundle, absl::FunctionRef<void(const Fault&)> on_fault)
      : bundle_(bundle), on_fault_(on_fault) {}

  using FaultSink::Add;
  void Add(Fault fault) override {
    ++report_.faults;
    on_fault_(fault);
  }

  absl::StatusOr<BundleReport> Run(const std::optional<VerifierKey>& key) {
    ASSIGN_OR_RETURN(const BundleHeader header, ReadBundleHeader(bundle_));
    report_.run_id = header.run_id;
    report_.tree_size = bundle_.head().tree.size();
    report_.root = bundle_.head().tree.Root();
    RETURN_IF_ERROR(CheckSeal(header.seal, key));
    const absl::Status status = CheckFile();
    if (absl::IsDataLoss(status)) {
      Add({std::nullopt, FaultKind::kUnreadable, std::string(MessageOf(status))});
    } else {
      RETURN_IF_ERROR(status);
    }
    return std::move(report_);
  }

 private:
  absl::Status CheckSeal(const std::string& note, const std::optional<VerifierKey>& key) {
    if (note.empty()) {
      if (key) Add({std::nullopt, FaultKind::kSeal, "there is no seal in it that the key could have signed"});
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::string database_id, bundle_.DatabaseId());
    absl::StatusOr<SealedCheckpoint> seal = key ? OpenSeal(note, *key, OriginOf(database_id)) : ReadUncheckedSeal(note);
    if (!seal.ok()) {
      Add({std::nullopt, FaultKind::kSeal, std::string(MessageOf(seal.status()))});
      return absl::OkStatus();
    }
    report_.origin = seal->origin;
    if (seal->size != report_.tree_size || seal->root != report_.root) {
      Add({std::nullopt, FaultKind::kSeal,
           fmt::format("it seals {} events with the root {}, and the bundle is of {} events with another root",
                       seal->size, HexOf(seal->root), report_.tree_size)});
      return absl::OkStatus();
    }
    report_.seal = key ? SealState::kVerified : SealState::kUnverified;
    if (key) report_.signer = key->label();
    return absl::OkStatus();
  }

  absl::Status CheckFile() {
    const absl::Status checked = CheckEvents();
    // Whatever that could not read.
    RETURN_IF_ERROR(bundle_.FindDamagedPages([&](std::string damage) {
      Add({std::nullopt, FaultKind::kFile, std::move(damage)});
    }));
    return checked;
  }

  absl::Status CheckEvents() {
    ASSIGN_OR_RETURN(const auto check, EventCheck::Begin(bundle_, TransitionCheck::Strays::kCompared, *this));
    const Position least{static_cast<uint64_t>(INT64_MIN)};
    Timestamp before{INT64_MIN};
    const absl::Status walked =
        bundle_.VisitLog({.first = least, .for_check = true}, [&](const RecordView& record) -> absl::Status {
          ++report_.events;
          if (RunOfStream(record.stream).value_or("") != report_.run_id) {
            Add(record.position, FaultKind::kGap, fmt::format("it is not of run {}", Quoted(report_.run_id)));
          }
          if (record.recorded_at < before) {
            Add(record.position, FaultKind::kTime, "it was recorded before the event in front of it");
          }
          before = record.recorded_at;
          // A proof is of the event as it was.
          const CheckedLeaf leaf = CheckLeaf(record, *this);
          if (leaf.fits) RETURN_IF_ERROR(CheckProof(record.position, leaf.hash));
          return check->Check(record);
        });
    if (absl::IsDataLoss(walked)) NameRows(bundle_, *this).IgnoreError();
    RETURN_IF_ERROR(walked);
    absl::Status status = check->Finish();
    status.Update(check->command_ids().CompareRest(check->command_ids().met()));
    TableSums sums = check->sums();
    for (const TableDef* const table : ProjectedTables()) status.Update(sums.TakeShown(bundle_, *table));
    if (!status.ok() || !sums.Agree()) status.Update(NameRows(bundle_, *this));
    return status;
  }

  absl::Status CheckProof(Position position, const Hash& leaf) {
    absl::StatusOr<std::vector<Hash>> path = ReadAuditPath(bundle_, position);
    absl::Status status = path.status();
    if (path.ok()) {
      status = CheckInclusion({.leaf_index = position.value - 1,
                               .tree_size = report_.tree_size,
                               .leaf_hash = leaf,
                               .root = report_.root,
                               .audit_path = *std::move(path)});
    }
    if (status.ok() || !absl::IsDataLoss(status)) return status;
    Add(position, FaultKind::kTreeHead, std::string(MessageOf(status)));
    return absl::OkStatus();
  }

  Snapshot& bundle_;
  const absl::FunctionRef<void(const Fault&)> on_fault_;
  BundleReport report_;
};

}  // namespace

absl::StatusOr<BundleReport> CheckBundle(Storage& bundle, const std::optional<VerifierKey>& key,
                                         absl::FunctionRef<void(const Fault&)> on_fault) {
  ASSIGN_OR_RETURN(const auto snapshot, bundle.Read());
  return BundleCheck(*snapshot, on_fault).Run(key);
}

}  // namespace annals
