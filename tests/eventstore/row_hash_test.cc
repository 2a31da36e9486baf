#include "eventstore/row_hash.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace annals {
namespace {

TEST(RowHash, TellsRowsApartThatLookAlike) {
  const std::string piece(16, 'x');
  const std::string pieces = piece + piece;
  const std::string piece_and_more = piece + "y";
  const std::string nothing_behind(17, '\0');
  const std::string_view nul(nothing_behind.data(), 1), nuls(nothing_behind.data(), 16);
  const std::vector<std::vector<Value>> rows = {
      {},
      {std::monostate()},
      {std::monostate(), std::monostate()},
      {int64_t{0}},
      {int64_t{1}},
      {"0"},
      {""},
      {"", ""},
      {nul},
      {nuls},
      {nothing_behind},
      {"a", "bc"},
      {"ab", "c"},
      {"bc", "a"},
      {"abc"},
      {piece},
      {pieces},
      {piece, piece},
      {piece_and_more},
      {Timestamp{0}},
      {Timestamp{1}},
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(HashOfRow(rows[i]), HashOfRow(rows[i]));
    for (size_t j = 0; j < i; ++j) EXPECT_NE(HashOfRow(rows[i]), HashOfRow(rows[j])) << i << " and " << j;
  }
}

// As it is stored.
TEST(RowHash, OfATimeIsThatOfItsText) {
  EXPECT_EQ(HashOfRow(std::vector<Value>{Timestamp{0}}), HashOfRow(std::vector<Value>{"1970-01-01T00:00:00.000000Z"}));
}

// Its text is of another time: no column can hold it.
TEST(RowHash, OfATimeOutsideTheCalendarIsOfNoText) {
  for (const Timestamp time :
       {Timestamp{INT64_MIN}, Timestamp{INT64_MAX}, Timestamp{ParseTimestamp("0000-01-01")->micros - 1},
        Timestamp{ParseTimestamp("9999-12-31T23:59:59.999999Z")->micros + 1}}) {
    const std::string text = FormatTimestamp(time);
    EXPECT_NE(HashOfRow(std::vector<Value>{time}), HashOfRow(std::vector<Value>{text})) << text;
  }
}

}  // namespace
}  // namespace annals
