#include "eventstore/base64.h"

#include <gtest/gtest.h>

namespace annals {
namespace {

TEST(Base64, IsThatOfTheRfcAndComesBack) {
  const std::pair<std::string, std::string> kVectors[] = {// RFC 4648 §10
                                                          {"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xff\xfe", "//4="}};
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(Base64Of(bytes), text);
    EXPECT_EQ(BytesOfBase64(text), bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all += static_cast<char>(i);
    EXPECT_EQ(BytesOfBase64(Base64Of(all)), all);
  }
}

TEST(Base64, HasNoDigitsButItsOwn) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 4; ++at) {
      std::string text = "Zm9v";
      text[at] = static_cast<char>(byte);
      const bool is_digit = kDigits.find(static_cast<char>(byte)) != std::string_view::npos;
      EXPECT_EQ(BytesOfBase64(text).has_value(), is_digit) << byte << " at " << at;
    }
  }
}

TEST(Base64, HasOneTextForEachValue) {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "Z",
                                      "=", "Zm-_", "Zm9vZg==Zg==", "Zg==Zm9v", "Zm9\xc3\xa9"}) {
    EXPECT_EQ(BytesOfBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(BytesOfBase64(std::string_view("Zm9v\0", 5)), std::nullopt);
}

}  // namespace
}  // namespace annals
