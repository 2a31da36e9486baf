#include "eventstore/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"
#include "tests/eventstore/published_notes.h"

namespace annals {
namespace {

using published::kEnochLine;
using published::kPeterLine;
using published::kText;
using testing::HasSubstr;

VerifierKey Key(const std::string& text) {
  return VerifierKey::Parse(text).value();
}

absl::Status Verify(const std::string& note, const std::string& key) {
  const auto parsed = ParseSignedNote(note);
  return parsed.ok() ? parsed->Verify(Key(key)) : parsed.status();
}

TEST(SignedNote, IsWrittenAsThePublishedOne) {
  EXPECT_EQ(SignNote(kText, SigningKey::Parse(published::kPeterPrivate).value()), kText + "\n" + kPeterLine);
}

TEST(SignedNote, ThePublishedOnesAreReadAndFit) {
  EXPECT_TRUE(Verify(published::kFooNote, published::kFoo).ok());
  const std::string twice = kText + "\n" + kPeterLine + kEnochLine;
  EXPECT_TRUE(Verify(twice, published::kPeter).ok());
  EXPECT_TRUE(Verify(twice, published::kEnoch).ok());
  const SignedNote note = ParseSignedNote(twice).value();
  EXPECT_EQ(note.text, kText);
  ASSERT_EQ(note.signatures.size(), 2u);
  EXPECT_EQ(note.signatures[1].name, "EnochRoot");
  EXPECT_EQ(note.signatures[1].key_id, 0xaf0cfe78u);
  EXPECT_EQ(note.signatures[1].signature.size(), 64u);
}

TEST(SignedNote, SignaturesOfOthersAreIgnored) {
  std::string enoch_altered = kEnochLine;
  enoch_altered[60] = enoch_altered[60] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(Verify(kText + "\n" + enoch_altered + kPeterLine, published::kPeter).ok());
  // A key of the same name, and one of the same hash.
  EXPECT_TRUE(Verify(kText + "\n" + kPeterLine + "— PeterNeumann AAAAAAA=\n", published::kPeter).ok());
  EXPECT_TRUE(
      Verify(kText + "\n— other" + kPeterLine.substr(kPeterLine.find(" x08")) + kPeterLine, published::kPeter).ok());
}

TEST(SignedNote, OurSignatureMustBeThereAndRight) {
  std::string altered = kPeterLine;
  altered[60] = altered[60] == 'A' ? 'B' : 'A';
  struct FaultCase {
    std::string note;
    const char* message;
  };
  const FaultCase kFaults[] = {
      {kText + "\n" + kEnochLine, "did not sign it; signatures by \"EnochRoot+af0cfe78\""},
      {kText + "\n" + altered, "does not fit"},
      {kText + "\n" + kPeterLine + altered, "does not fit"},
      {kText + "\n" + altered + kPeterLine, "does not fit"},
      {"x" + kText + "\n" + kPeterLine, "does not fit"},
      {kText + "\n\n" + kPeterLine, "does not fit"},
  };
  for (const FaultCase& row : kFaults) {
    const absl::Status status = Verify(row.note, published::kPeter);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << row.note;
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(row.message));
  }
}

TEST(SignedNote, TheLastEmptyLineSplitsTextAndSignatures) {
  const SigningKey key = SigningKey::Parse(published::kPeterPrivate).value();
  const std::string text = "a\n\n— not a signature\n\nb\n";
  const SignedNote note = ParseSignedNote(SignNote(text, key)).value();
  EXPECT_EQ(note.text, text);
  EXPECT_TRUE(note.Verify(key.verifier()).ok());
}

TEST(SignedNote, WhatIsNoneIsDataLoss) {
  const std::string note = kText + "\n" + kPeterLine;
  std::string many = kText + "\n";
  for (int i = 0; i < 101; ++i) many += kPeterLine;
  const std::string kBad[] = {
      "",
      "\n\n",
      kText,
      kText + "\n",
      note.substr(0, note.size() - 1),
      note + "\n",
      note + "more\n",
      "\x01" + note,
      "\xff" + note,
      "a\r\n\r\n" + kPeterLine,
      "a\t\n\n" + kPeterLine,
      kText + "\n" + "— Bad Name x08go/ZJ\n",
      kText + "\n" + "— a+b x08go/ZJ\n",
      kText + "\n" + "— PeterNeumann x08go/ZJ \n",
      kText + "\n" + "— PeterNeumann x08gow==\n",  // a key's hash, and nothing behind it
      kText + "\n" + "— PeterNeumann x08go/Z\n",
      kText + "\n" + "-- PeterNeumann x08go/ZJ\n",
      many,
      std::string(kMaxNoteBytes, 'x') + "\n\n" + kPeterLine,
  };
  for (const std::string& bad : kBad) {
    EXPECT_EQ(ParseSignedNote(bad).status().code(), absl::StatusCode::kDataLoss) << bad.substr(0, 200);
  }
  EXPECT_TRUE(ParseSignedNote(many.substr(0, many.size() - kPeterLine.size())).ok());
}

}  // namespace
}  // namespace annals
