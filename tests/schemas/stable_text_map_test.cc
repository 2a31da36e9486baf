#include "schemas/stable_text_map.h"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace annals {
namespace {

TEST(StableTextMap, HoldsWhatAnOrderedMapHoldsAndMovesNothing) {
  std::mt19937_64 random(3);
  StableTextMap<std::string> map;
  std::map<std::string, std::string, std::less<>> expected;
  std::map<std::string, const std::string*, std::less<>> places;
  for (int round = 0; round < 20'000; ++round) {
    const std::string key(random() % 3, static_cast<char>('a' + random() % 3));
    const std::string longer = key + std::to_string(random() % 500);
    if (random() % 3 == 0) {
      const auto* const found = map.Find(longer);
      ASSERT_EQ(found != nullptr, expected.contains(longer)) << longer;
      if (found != nullptr) map.Erase(*found);
      expected.erase(longer);
      places.erase(longer);
      continue;
    }
    const auto [entry, is_new] = map.FindOrAdd(longer);
    ASSERT_EQ(is_new, !expected.contains(longer)) << longer;
    ASSERT_EQ(entry->key(), longer);
    ASSERT_EQ(entry->value, expected[longer]);
    if (!is_new) {
      ASSERT_EQ(&entry->value, places[longer]) << longer;
    }
    places[longer] = &entry->value;
    entry->value = expected[longer] = std::to_string(round);
  }
  size_t seen = 0;
  map.ForEach([&](const std::string& value) { seen += value.empty() ? 0 : 1; });
  EXPECT_EQ(seen, expected.size());
  EXPECT_EQ(map.size(), expected.size());
  map.EraseIf([](const std::string& value) { return value.size() < 5; });
  std::erase_if(expected, [](const auto& item) { return item.second.size() < 5; });
  EXPECT_EQ(map.size(), expected.size());
  for (const auto& [key, value] : expected) {
    ASSERT_NE(map.Find(key), nullptr) << key;
    EXPECT_EQ(map.Find(key)->value, value);
  }
  map.Clear();
  EXPECT_EQ(map.Find(expected.begin()->first), nullptr);
}

TEST(StableTextMap, FindsTheEmptyKey) {
  StableTextMap<int> map;
  EXPECT_EQ(map.Find(""), nullptr);
  map.FindOrAdd("").first->value = 4;
  ASSERT_NE(map.Find(""), nullptr);
  EXPECT_EQ(map.Find("")->value, 4);
}

}  // namespace
}  // namespace annals
