// A bundle: one run out of a log, as a database of its own that every reading command works on (docs/event_format.md).
//
// Its events stand at their original positions, so positions have gaps. The head is the one of the whole log, and for
// each event there is a proof that the head's root covers it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals {

const TableDef& BundleTable();        // key, value
const TableDef& BundleProofsTable();  // position, audit_path (hex)

struct BundleHeader {
  std::string run_id;
  std::string seal;  // a signed note over the head; empty: none
};

// Where a bundle goes. Dropped without Finish(), what it made is no bundle.
class BundleWriter : public RowWriter {
 public:
  // In any order.
  virtual absl::Status Add(const RecordView& record, const std::vector<Hash>& audit_path) = 0;
  // `head` is that of the log with this id.
  virtual absl::Status Finish(const BundleHeader& header, const Head& head, const std::string& database_id) = 0;
};

// kNotFound: `snapshot` is of no bundle.
absl::StatusOr<BundleHeader> ReadBundleHeader(Snapshot& snapshot);
// kDataLoss: there is none for that position, or it is damaged.
absl::StatusOr<std::vector<Hash>> ReadAuditPath(Snapshot& snapshot, Position position);

}  // namespace annals
