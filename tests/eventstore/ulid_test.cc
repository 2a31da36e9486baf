#include "eventstore/ulid.h"

#include <string>

#include <gtest/gtest.h>

#include "eventstore/sources.h"

namespace annals {
namespace {

TEST(Ulid, HoldsTheMillisecondItWasMadeIn) {
  SeededRandom random(1);
  for (const int64_t micros : {int64_t{0}, int64_t{1'700'000'000'123'000}, int64_t{281'474'976'710'655'000}}) {
    EXPECT_EQ(TimeOfUlid(NewUlid(Timestamp{micros + 999}, random)), Timestamp{micros});
  }
}

TEST(Ulid, OtherTextIsNone) {
  const std::string ulid = "01HF7YAT00ABCDEFGHJKMNPQRS";
  ASSERT_TRUE(TimeOfUlid(ulid));
  for (const std::string& text :
       {std::string(), ulid + "0", ulid.substr(1), "01HF7YAT00ABCDEFGHJKMNPQRI" + ulid.substr(26),
        "01hf7yat00abcdefghjkmnpqrs" + std::string()}) {
    EXPECT_FALSE(TimeOfUlid(text)) << text;
  }
}

}  // namespace
}  // namespace annals
