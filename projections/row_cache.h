// The rows of one table that are in use: loaded on a miss, changed in place, written back together.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/inlined_vector.h>
#include <absl/status/statusor.h>

#include "eventstore/storage.h"
#include "projections/row_type.h"
#include "schemas/check.h"
#include "schemas/stable_text_map.h"
#include "schemas/status.h"

namespace annals {

// Whether anybody looks for a row by its key once it is in storage. Holding what nobody asks for would only drive out
// the rows that are in use.
template <class RowStruct>
consteval bool IsFoundAgain() {
  if constexpr (requires { RowStruct::kIsFoundAgain; }) return RowStruct::kIsFoundAgain;
  return true;
}

template <class RowStruct>
class RowCache {
 public:
  explicit RowCache(const RowType<RowStruct>& type) : type_(&type) {}

  // Where misses are looked up; nullptr: what is not here does not exist. `source` must outlive its use here.
  void Attach(RowReader* source, TableSet set) {
    source_ = source;
    set_ = set;
  }

  // The row whose lookup columns are `key`, or nullptr. Valid until the next Flush, EvictUnused or Clear.
  // `known_absent`: the caller knows that storage has no such row, which spares the look.
  absl::StatusOr<const RowStruct*> Find(std::initializer_list<Value> key, bool known_absent = false) {
    ASSIGN_OR_RETURN(Entry* const entry, FindEntry(key, known_absent));
    return entry == nullptr ? nullptr : &entry->row;
  }

  // The same, to be changed; it will be written by the next Flush.
  absl::StatusOr<RowStruct*> FindToChange(std::initializer_list<Value> key, bool known_absent = false) {
    ASSIGN_OR_RETURN(Entry* const entry, FindEntry(key, known_absent));
    if (entry == nullptr) return nullptr;
    MarkDirty(*entry);
    return &entry->row;
  }

  // Adds a row that is not in storage. Returns it: who makes rows by the hundred thousand fills it where it is.
  RowStruct& Insert(std::initializer_list<Value> key, RowStruct row) {
    RowStruct& inserted = Insert(key);
    inserted = std::move(row);
    return inserted;
  }
  RowStruct& Insert(std::initializer_list<Value> key) {
    const auto [at, is_absent] = Hold().rows.FindOrAdd(KeyText(key));
    Entry& entry = at->value;
    if (!is_absent) entry.row = RowStruct{};
    entry.born_here = entry.is_new = true;
    MarkDirty(entry);
    return entry.row;
  }

  // Whether the row was inserted here and not loaded: then storage holds nothing that hangs on it but what came through
  // here.
  bool BornHere(std::initializer_list<Value> key) const {
    if (held_ == nullptr) return false;
    const auto* const found = held_->rows.Find(KeyText(key));
    return found != nullptr && found->value.born_here;
  }

  // Rows that are not yet in storage, oldest change first.
  template <class Visit>
  void ForEachDirty(Visit visit) const {
    if (held_ == nullptr) return;
    for (const Entry* const entry : held_->dirty) visit(entry->row);
  }
  template <class Visit>
  void ForEach(Visit visit) const {
    if (held_ == nullptr) return;
    held_->rows.ForEach([&](const Entry& entry) { visit(entry.row); });
  }
  size_t size() const { return held_ == nullptr ? 0 : held_->rows.size(); }

  absl::Status Flush(RowWriter& writer, TableSet set) {
    if (held_ == nullptr) return absl::OkStatus();
    const size_t columns = type_->table().columns.size();
    std::vector<Value> cells(columns * kRowsAtOnce);
    size_t filled = 0;
    for (Entry* const entry : held_->dirty) {
      const absl::Span<Value> row = absl::MakeSpan(cells).subspan(filled, columns);
      type_->ToValues(entry->row, row);
      if (!std::exchange(entry->is_new, false)) {
        RETURN_IF_ERROR(writer.PutRow(type_->table(), set, row));
      } else if ((filled += columns) == cells.size()) {
        RETURN_IF_ERROR(writer.PutNewRows(type_->table(), set, cells));
        filled = 0;
      }
      entry->dirty = false;
      const size_t bytes = type_->BytesOf(entry->row) + kEntryBytes;
      held_->bytes += bytes - entry->bytes;
      entry->bytes = bytes;
    }
    if (filled > 0) RETURN_IF_ERROR(writer.PutNewRows(type_->table(), set, absl::MakeSpan(cells).first(filled)));
    held_->dirty.clear();
    if constexpr (!IsFoundAgain<RowStruct>()) Clear();
    return absl::OkStatus();
  }

  size_t bytes() const { return held_ == nullptr ? 0 : held_->bytes; }

  // Drops the rows that nobody asked for since the last time. Only after a Flush.
  void EvictUnused() {
    if (held_ == nullptr) return;
    CHECK(held_->dirty.empty());
    held_->last = nullptr;
    held_->rows.EraseIf([&](Entry& entry) {
      if (std::exchange(entry.used, false)) return false;
      held_->bytes -= entry.bytes;
      return true;
    });
  }

  // Shows `visit` the row with the lookup columns of `values` and drops it. False if it is not here. Only where nothing
  // will be flushed any more.
  template <class Visit>
  bool TakeOut(Row values, Visit visit) {
    CHECK(source_ == nullptr);
    if (held_ == nullptr) return false;
    held_->dirty.clear();
    held_->last = nullptr;
    held_->key.clear();
    for (const size_t column : type_->lookup()) AppendKeyPart(values[column]);
    const auto* const found = held_->rows.Find(held_->key);
    if (found == nullptr) return false;
    visit(found->value.row);
    held_->bytes -= found->value.bytes;
    held_->rows.Erase(*found);
    return true;
  }

  // Holds what was changed so far for old. Only where nothing will be flushed any more.
  void ForgetChanges() {
    CHECK(source_ == nullptr);
    if (held_ == nullptr) return;
    for (Entry* const entry : held_->dirty) entry->dirty = false;
    held_->dirty.clear();
  }

  const RowType<RowStruct>& type() const { return *type_; }

  void Clear() {
    if (held_ == nullptr) return;
    held_->last = nullptr;
    held_->rows.Clear();
    held_->dirty.clear();
    held_->bytes = 0;
  }

 private:
  static constexpr size_t kEntryBytes = 96;  // key, links and the map's own
  struct Entry {
    RowStruct row;
    size_t bytes = 0;
    bool dirty = false;
    bool born_here = false;
    bool is_new = false;  // inserted and never written
    bool used = true;     // since the last EvictUnused
  };
  struct Held {
    StableTextMap<Entry> rows;
    typename StableTextMap<Entry>::Entry* last = nullptr;  // of `rows`, that was found last
    std::vector<Entry*> dirty;
    size_t bytes = 0;
    std::string key;  // kept between calls for its memory
  };

  Held& Hold() {
    if (held_ == nullptr) held_ = std::make_unique<Held>();
    return *held_;
  }

  // The columns that find a row, as one text, where something is held. Identifiers and labels hold no control
  // characters, so no two keys look the same; a number takes part as its bytes, and stands alone.
  std::string_view KeyText(std::initializer_list<Value> key) const {
    held_->key.clear();
    for (const Value& part : key) AppendKeyPart(part);
    return held_->key;
  }
  void AppendKeyPart(const Value& part) const {
    std::string& whole = held_->key;
    if (!whole.empty()) whole += '\x1f';
    if (const auto* text = std::get_if<std::string_view>(&part)) {
      whole += *text;
    } else if (const auto* number = std::get_if<int64_t>(&part)) {
      whole.append(reinterpret_cast<const char*>(number), sizeof(*number));
    }
  }

  void MarkDirty(Entry& entry) {
    if (entry.dirty) return;
    entry.dirty = true;
    held_->dirty.push_back(&entry);
  }

  absl::StatusOr<Entry*> FindEntry(std::initializer_list<Value> key, bool known_absent) {
    const bool may_load = source_ != nullptr && !known_absent;
    if (held_ == nullptr && !may_load) return nullptr;
    Held& held = Hold();
    const std::string_view text = KeyText(key);
    // A command and its fold ask for one row several times: comparing a key costs a third of hashing it.
    if (held.last == nullptr || held.last->key() != text) held.last = held.rows.Find(text);
    if (held.last != nullptr) {
      held.last->value.used = true;
      return &held.last->value;
    }
    if (!may_load) return nullptr;
    RowQuery query{.table = &type_->table()};
    size_t part = 0;
    for (const Value& value : key) query.equals.push_back({type_->lookup()[part++], value});
    Entry* found = nullptr;
    RETURN_IF_ERROR(source_->ReadRows(query, set_, [&](Row values) {
      found = &held.rows.FindOrAdd(text).first->value;
      found->row = type_->FromValues(values);
      found->bytes = type_->BytesOf(found->row) + kEntryBytes;
      held.bytes += found->bytes;
      return absl::OkStatus();
    }));
    return found;
  }

  const RowType<RowStruct>* type_;
  RowReader* source_ = nullptr;
  TableSet set_ = TableSet::kLive;
  // None before the first row: a stream makes rows of few tables, and very many streams may be open at the same time.
  std::unique_ptr<Held> held_;
};

}  // namespace annals
