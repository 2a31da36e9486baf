#include "eventstore/packing.h"

#include <cstring>
#include <random>
#include <string>

#include <capnp/message.h>
#include <capnp/serialize-packed.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>
#include <kj/io.h>

#include "eventstore/event_codec.h"

namespace annals {
namespace {

// A content whose texts are made of stretches of zeros, of full bytes and of a mix, as packing treats them differently.
std::string RandomBytes(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  size_t at = 0;
  while (at < size) {
    const size_t stretch = std::min<size_t>(size - at, random() % 600);
    const uint64_t kind = random() % 3;
    for (size_t i = 0; i < stretch; ++i) {
      if (kind == 1) bytes[at + i] = static_cast<char>(1 + random() % 255);
      if (kind == 2) bytes[at + i] = static_cast<char>(random() % 2 == 0 ? 0 : random() % 256);
    }
    at += stretch + (stretch == 0 ? 1 : 0);
  }
  return bytes;
}

std::string PackedByCapnp(capnp::MessageBuilder& message) {
  kj::VectorOutputStream out;
  capnp::writePackedMessage(out, message);
  const auto bytes = out.getArray();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

TEST(Unpack, GivesBackWhatCapnProtoPacked) {
  std::mt19937_64 random(7);
  std::vector<uint64_t> words;
  for (int round = 0; round < 500; ++round) {
    capnp::MallocMessageBuilder message(1 << 14, capnp::AllocationStrategy::FIXED_SIZE);
    auto event = message.initRoot<schema::Event>();
    const std::string bytes = RandomBytes(random, random() % 9000);
    event.initContent().initKept().setDigest({reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
    const std::string packed = PackedByCapnp(message);
    ASSERT_TRUE(Unpack(packed, words).ok()) << round;
    const kj::Array<capnp::word> flat = capnp::messageToFlatArray(message);
    ASSERT_EQ(flat.size(), words.size()) << round;
    EXPECT_EQ(std::memcmp(flat.begin(), words.data(), words.size() * sizeof(capnp::word)), 0) << round;
  }
}

TEST(Pack, WritesWhatCapnProtoWrites) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 500; ++round) {
    capnp::MallocMessageBuilder message(1 << 14, capnp::AllocationStrategy::FIXED_SIZE);
    auto event = message.initRoot<schema::Event>();
    const std::string bytes = RandomBytes(random, random() % 9000);
    event.initContent().initKept().setDigest({reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()});
    std::string packed;
    Pack(message.getSegmentsForOutput()[0], packed);
    ASSERT_EQ(packed, PackedByCapnp(message)) << round;
  }
}

TEST(Unpack, FindsEveryCutAndEveryTail) {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>();
  event.setActor("somebody with a name");
  event.initBody().initNoted().setEventType("note");
  std::string packed;
  EncodeEvent(event.asReader(), packed);
  std::vector<uint64_t> words;
  EXPECT_TRUE(Unpack(packed, words).ok());
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(Unpack(std::string_view(packed).substr(0, size), words).code(), absl::StatusCode::kDataLoss) << size;
  }
  for (const char tail : {'\x00', '\x01', '\xff'}) EXPECT_FALSE(Unpack(packed + tail, words).ok());
}

TEST(Unpack, TakesAnyBytesWithoutHarm) {
  std::mt19937_64 random(11);
  std::vector<uint64_t> words;
  EventDecoder decoder;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random() % 4 == 0 ? random() % 256 : (random() % 2 == 0 ? 0 : 0x11));
    const absl::Status status = Unpack(bytes, words);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kDataLoss);
    (void)decoder.Decode(bytes);
  }
}

TEST(Unpack, RefusesAMessageThatClaimsToBeHuge) {
  // A table of one segment with 0x7fffffff words: no memory is taken for it.
  const std::string packed("\xf0\xff\xff\xff\x7f", 5);
  std::vector<uint64_t> words;
  const absl::Status status = Unpack(packed, words);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_LE(words.capacity(), size_t{1} << 20);
}

TEST(EventCodec, TheSameEventAlwaysHasTheSameBytesHoweverItWasBuilt) {
  const auto build = [](bool backwards) {
    capnp::MallocMessageBuilder message(backwards ? 1 : 1024);
    auto event = message.initRoot<schema::Event>();
    if (backwards) {
      event.initBody().initNoted().setEventType("kind");
      event.setActor("overwritten first");
      event.setActor("ann");
      event.setRecordedAt(5);
    } else {
      event.setRecordedAt(5);
      event.setActor("ann");
      event.initBody().initNoted().setEventType("kind");
    }
    std::string packed;
    EncodeEvent(event.asReader(), packed);
    return packed;
  };
  EXPECT_EQ(build(false), build(true));
}

TEST(Words, StandForEveryNameOfTheBuiltInMachinesAndForNothingElse) {
  for (const char* const name :
       {"run", "workstream", "static_check", "dependencies_met", "complete_partially", "edit", "runtime"}) {
    EXPECT_NE(WordOf(name), schema::Word::NONE) << name;
    EXPECT_EQ(WordText(WordOf(name)), name);
  }
  for (const char* const name : {"", "none", "staticCheck", "deploy", "Running"})
    EXPECT_EQ(WordOf(name), schema::Word::NONE) << name;
  EXPECT_EQ(WordText(static_cast<schema::Word>(9999)), "");
}

}  // namespace
}  // namespace annals
