// A table as a struct: which member of the row is which column. From this one description come the DDL, load and flush,
// and what is printed, compared and documented.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <absl/types/span.h>

#include "eventstore/table.h"

namespace annals {

// A type, and whether it was wrapped in std::optional.
template <class T>
struct MaybeOptional {
  using Type = T;
  static constexpr bool kOptional = false;
};
template <class T>
struct MaybeOptional<std::optional<T>> {
  using Type = T;
  static constexpr bool kOptional = true;
};

template <class RowStruct>
class RowType {
 public:
  // The kinds of members a row may have. Only an optional one may be NULL.
  using Member = std::variant<std::string RowStruct::*, std::optional<std::string> RowStruct::*, int64_t RowStruct::*,
                              std::optional<int64_t> RowStruct::*, bool RowStruct::*, std::optional<bool> RowStruct::*,
                              Timestamp RowStruct::*, std::optional<Timestamp> RowStruct::*>;
  struct Column {
    std::string_view name;
    Member member;
    std::string_view meaning;
    std::vector<std::string> one_of = {};
  };

  // `table` comes without its columns: they follow from `columns`, text of which the meaning says so, or named *_json,
  // being JSON.
  // `lookup` are the columns that find one row: the primary key unless given.
  RowType(TableDef table, std::vector<Column> columns, std::vector<size_t> lookup = {})
      : table_(std::move(table)), lookup_(std::move(lookup)) {
    for (Column& column : columns) {
      members_.push_back(column.member);
      const bool json = column.name.ends_with("_json") || column.meaning.starts_with("JSON ");
      table_.columns.push_back({.name = std::string(column.name),
                                .type = json ? ColumnType::kJson : TypeOf(column.member),
                                .not_null = !IsOptional(column.member),
                                .meaning = std::string(column.meaning),
                                .one_of = std::move(column.one_of)});
    }
    if (!table_.owners) table_.owners = {{{"run/", {table_.ColumnIndex("run_id")}}}};
    if (lookup_.empty()) {
      for (size_t i = 0; i < table_.key_columns; ++i) lookup_.push_back(i);
    }
  }

  const TableDef& table() const { return table_; }
  const std::vector<size_t>& lookup() const { return lookup_; }

  // The cells of `row`, viewing its text.
  void ToValues(const RowStruct& row, absl::Span<Value> values) const {
    for (size_t i = 0; i < members_.size(); ++i) {
      values[i] = std::visit([&](auto member) { return ToValue(row.*member); }, members_[i]);
    }
  }

  RowStruct FromValues(Row values) const {
    RowStruct row;
    for (size_t i = 0; i < members_.size(); ++i) {
      std::visit([&](auto member) { FromValue(values[i], row.*member); }, members_[i]);
    }
    return row;
  }

  // Roughly what the row takes in memory.
  size_t BytesOf(const RowStruct& row) const {
    size_t bytes = sizeof(RowStruct);
    for (const Member& member : members_) {
      if (const auto* text = std::get_if<std::string RowStruct::*>(&member)) {
        bytes += (row.**text).capacity();
      } else if (const auto* optional = std::get_if<std::optional<std::string> RowStruct::*>(&member)) {
        if (row.**optional) bytes += (row.**optional)->capacity();
      }
    }
    return bytes;
  }

 private:
  template <class M>
  using TypeIn = std::remove_reference_t<decltype(std::declval<RowStruct&>().*std::declval<M>())>;

  static bool IsOptional(const Member& member) {
    return std::visit([]<class M>(M) { return MaybeOptional<TypeIn<M>>::kOptional; }, member);
  }
  static ColumnType TypeOf(const Member& member) {
    return std::visit(
        []<class M>(M) {
          using T = typename MaybeOptional<TypeIn<M>>::Type;
          if constexpr (std::same_as<T, bool>) return ColumnType::kBoolean;
          if constexpr (std::same_as<T, int64_t>) return ColumnType::kInteger;
          if constexpr (std::same_as<T, Timestamp>) return ColumnType::kTimestamp;
          return ColumnType::kText;
        },
        member);
  }

  static Value ToValue(const std::string& text) { return std::string_view(text); }
  static Value ToValue(bool flag) { return int64_t{flag}; }
  static Value ToValue(int64_t number) { return number; }
  static Value ToValue(Timestamp time) { return time; }
  template <class T>
  static Value ToValue(const std::optional<T>& value) {
    return value ? ToValue(*value) : Value{};
  }

  // A cell of another kind leaves the member as it was: `rebuild --check` shows it, since the fold differs.
  static void FromValue(const Value& value, std::string& out) {
    if (const auto* text = std::get_if<std::string_view>(&value)) out = *text;
  }
  static void FromValue(const Value& value, int64_t& out) {
    if (const auto* number = std::get_if<int64_t>(&value)) out = *number;
  }
  static void FromValue(const Value& value, bool& out) {
    if (const auto* number = std::get_if<int64_t>(&value)) out = *number != 0;
  }
  static void FromValue(const Value& value, Timestamp& out) {
    if (const auto* time = std::get_if<Timestamp>(&value)) out = *time;
  }
  template <class T>
  static void FromValue(const Value& value, std::optional<T>& out) {
    if (std::holds_alternative<std::monostate>(value)) return;
    FromValue(value, out.emplace());
  }

  TableDef table_;
  std::vector<size_t> lookup_;
  std::vector<Member> members_;
};

}  // namespace annals
