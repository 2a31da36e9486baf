#include "eventstore/note_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/eventstore/published_notes.h"

namespace annals {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(NoteKey, ThePublishedOnesAreReadAndWrittenTheSame) {
  for (const std::string& text : {published::kPeter, published::kEnoch, published::kFoo, published::kSumdb}) {
    const auto key = VerifierKey::Parse(text);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->text(), text);
  }
  const auto key = SigningKey::Parse(published::kPeterPrivate);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->text(), published::kPeterPrivate);
  EXPECT_EQ(key->verifier().text(), published::kPeter);
  EXPECT_EQ(key->verifier().name(), "PeterNeumann");
  EXPECT_EQ(key->verifier().id(), 0xc74f20a3u);
}

// As golang.org/x/mod/sumdb/note tests its own.
template <class Key>
void ExpectNothingElseIsRead(const std::string& text) {
  for (size_t begin = 0; begin <= text.size(); ++begin) {
    for (size_t end = begin + 1; end <= text.size(); ++end) {
      if (end - begin == text.size()) continue;
      EXPECT_EQ(Key::Parse(text.substr(begin, end - begin)).status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
  for (size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    ++altered[i];
    EXPECT_FALSE(Key::Parse(altered).ok()) << altered;
  }
  EXPECT_FALSE(Key::Parse(text + "\n").ok());
  EXPECT_FALSE(Key::Parse(" " + text).ok());
}

TEST(NoteKey, APartOrAnAlterationOfOneIsNone) {
  ExpectNothingElseIsRead<VerifierKey>(published::kPeter);
  ExpectNothingElseIsRead<SigningKey>(published::kPeterPrivate);
}

TEST(NoteKey, OnlyEd25519KeysOfTheirLengthAreRead) {
  for (const char* const text : {
           "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  // too long, with its hash
           "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",          // another type, with its hash
       }) {
    EXPECT_FALSE(VerifierKey::Parse(text).ok()) << text;
  }
  EXPECT_FALSE(VerifierKey::Parse(published::kPeterPrivate).ok());
  EXPECT_FALSE(SigningKey::Parse(published::kPeter).ok());
}

TEST(NoteKey, WhatIsWrongWithAPrivateKeyDoesNotShowIt) {
  std::string cut = published::kPeterPrivate;
  cut.pop_back();
  EXPECT_THAT(std::string(MessageOf(SigningKey::Parse(cut).status())), Not(HasSubstr("AYEKF")));
  std::string altered = published::kPeterPrivate;
  altered[altered.find("AYEK") + 1] = 'Z';
  EXPECT_THAT(std::string(MessageOf(SigningKey::Parse(altered).status())), Not(HasSubstr("AZEKF")));
}

TEST(NoteKey, NewOnesAreOfTheirChance) {
  SeededRandom random(1), same(1);
  const SigningKey key = SigningKey::Generate("annals", random).value();
  EXPECT_EQ(SigningKey::Generate("annals", same).value().text(), key.text());
  EXPECT_NE(SigningKey::Generate("annals", random).value().text(), key.text());
  EXPECT_EQ(SigningKey::Parse(key.text()).value().verifier().text(), key.verifier().text());
  EXPECT_EQ(VerifierKey::Parse(key.verifier().text()).value().id(), key.verifier().id());
}

TEST(NoteKey, ASignatureFitsItsMessageAndKeyAlone) {
  SeededRandom random(2);
  const SigningKey key = SigningKey::Generate("a", random).value();
  const SigningKey other = SigningKey::Generate("a", random).value();
  const std::string signature = key.Sign("message");
  EXPECT_TRUE(key.verifier().Verifies("message", signature));
  EXPECT_FALSE(key.verifier().Verifies("messagf", signature));
  EXPECT_FALSE(key.verifier().Verifies("", signature));
  EXPECT_FALSE(other.verifier().Verifies("message", signature));
  EXPECT_FALSE(key.verifier().Verifies("message", signature + "x"));
  EXPECT_FALSE(key.verifier().Verifies("message", ""));
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string altered = signature;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(key.verifier().Verifies("message", altered)) << i;
  }
}

TEST(NoteKey, NamesAreTextWithoutSpacesOrPluses) {
  for (const std::string& name :
       {std::string("annals"), std::string("example.com/a"), std::string("schlüssel"), std::string(512, 'x')}) {
    EXPECT_TRUE(CheckKeyName(name).ok()) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a+b"), std::string("a\n"), std::string("\ta"),
        std::string("a\u00a0b"), std::string("a\u2003b"), std::string("a\u3000"), std::string("a\u0085b"),
        std::string("a\x7f"), std::string("\xff"), std::string(513, 'x')}) {
    EXPECT_EQ(CheckKeyName(name).code(), absl::StatusCode::kInvalidArgument) << name;
  }
  SeededRandom random(1);
  EXPECT_FALSE(SigningKey::Generate("a b", random).ok());
}

}  // namespace
}  // namespace annals
