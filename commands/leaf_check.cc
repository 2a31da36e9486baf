#include "commands/leaf_check.h"

#include "schemas/sabotage.h"

namespace annals {

CheckedLeaf CheckLeaf(const RecordView& record, FaultSink& faults) {
  CheckedLeaf leaf;
  if (record.stream.size() <= UINT16_MAX) {  // no longer name fits into a leaf
    leaf.hash = LeafHashOf(record);
    if (IsKeptOf(leaf.hash, record.kept_leaf) || IsSabotaged("hashes_are_not_compared")) return leaf;
  }
  leaf.fits = false;
  faults.Add(record.position, FaultKind::kHash,
             record.stream.empty() ? "the name of its stream is gone"
                                   : "the leaf hash is not that of the event, its stream, version and position");
  return leaf;
}

}  // namespace annals
