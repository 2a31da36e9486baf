#include "projections/parting.h"

#include <vector>

#include "projections/rebuild.h"
#include "projections/row_difference.h"
#include "schemas/status.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

// One parting as the fold goes on.
class Trace {
 public:
  explicit Trace(Parting& parting) : parting_(parting) {}

  // The event at `position` made or changed the row.
  void See(Row row, Position position) {
    const bool is_new = !seen_;
    seen_ = true;
    if (!parting_.column) {
      if (is_new) parting_.position = position;
      return;
    }
    std::optional<std::string> now = CellText(row[*parting_.column]);
    if (!is_new && now == value_) return;
    const bool was_right = !is_new && value_ == parting_.shown;
    if (was_right || !ever_right_) parting_.position = position;
    ever_right_ = ever_right_ || was_right;
    value_ = std::move(now);
  }

 private:
  Parting& parting_;
  bool seen_ = false;
  bool ever_right_ = false;
  std::optional<std::string> value_;
};

}  // namespace

std::string RowIdentity(const TableDef& table, absl::Span<const size_t> lookup, Row row) {
  std::string identity = table.name;
  for (const size_t column : lookup) {
    identity += '\x1f';
    identity += CellText(row[column]).value_or("");
  }
  return identity;
}

absl::Status FindPartings(Snapshot& snapshot, std::string_view stream, absl::Span<Parting> partings) {
  TextMap<std::vector<Trace>> traces;
  for (Parting& parting : partings) traces[parting.row].emplace_back(parting);
  Rows rows;
  const auto look = [&](Position position) {
    rows.ForEachTable([&](auto& cache) {
      CellsOf cells(cache.type());
      cache.ForEachDirty([&](const auto& changed) {
        const Row row = cells(changed);
        const auto found = traces.find(RowIdentity(cache.type().table(), cache.type().lookup(), row));
        if (found == traces.end()) return;
        for (Trace& trace : found->second) trace.See(row, position);
      });
      cache.ForgetChanges();
    });
  };
  return FoldStream(snapshot, stream, {1}, {INT64_MAX}, rows, look).status();
}

}  // namespace annals
