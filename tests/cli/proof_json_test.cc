#include "cli/proof_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/status.h"

namespace annals {
namespace {

using testing::HasSubstr;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

std::string EventJson() {
  return R"({"position":2,"leaf_index":1,"tree_size":3,"leaf_input":"AP8=","leaf_hash":")" + kA + R"(","root":")" + kB +
         R"(","audit_path":[")" + kA + R"(",")" + kB + R"("]})";
}
std::string ConsistencyJson() {
  return R"({"first_size":1,"second_size":3,"first_root":")" + kA + R"(","second_root":")" + kB +
         R"(","consistency_path":[")" + kB + R"("]})";
}

TEST(ProofJson, WhatIsReadIsWrittenTheSame) {
  const auto event = ReadProof(EventJson());
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(ToJson(std::get<EventProof>(*event)), EventJson());
  EXPECT_EQ(std::get<EventProof>(*event).leaf_input, std::string("\0\xff", 2));
  const auto consistency = ReadProof(ConsistencyJson());
  ASSERT_TRUE(consistency.ok()) << consistency.status();
  EXPECT_EQ(ToJson(std::get<ConsistencyProof>(*consistency)), ConsistencyJson());
}

TEST(ProofJson, EveryPartOfOneIsNone) {
  for (const std::string& json : {EventJson(), ConsistencyJson()}) {
    for (size_t size = 0; size < json.size(); ++size) {
      EXPECT_EQ(ReadProof(json.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
    }
  }
}

// Replaces `from`, which is in `json`.
std::string With(std::string json, std::string_view from, std::string_view to) {
  return json.replace(json.find(from), from.size(), to);
}

TEST(ProofJson, WhatIsNoneSaysWhere) {
  struct FaultCase {
    std::string json;
    const char* message;
  };
  const FaultCase kFaults[] = {
      {"", "read the inclusion proof"},
      {"[]", "must be an object"},
      {"{}", "inclusion proof must have position, leaf_index, tree_size"},
      {std::string("SQLite format 3\0", 16), "byte 1"},
      {With(EventJson(), "\"position\":2,", ""), "inclusion proof must have position"},
      {With(EventJson(), "\"position\":2", "\"position\":-2"), "/position: must be an integer from 0"},
      {With(EventJson(), "\"position\":2", "\"position\":2.0"), "/position: must be an integer from 0"},
      {With(EventJson(), "\"position\":2", "\"position\":18446744073709551616"), "/position: must be an integer"},
      {With(EventJson(), "\"position\":2", "\"position\":2,\"position\":2"), "\"position\" is given twice"},
      {With(EventJson(), "\"position\":2", "\"position\":2,\"note\":1"), "unknown field \"note\""},
      {With(EventJson(), "AP8=", "AP8"), "leaf_input is no base64"},
      {With(EventJson(), "AP8=", "AP9="), "leaf_input is no base64"},
      {With(EventJson(), "AP8=", "A P8="), "/leaf_input: "},
      {With(EventJson(), kB, kB + "b"), "/root: is 65 bytes long; a hash is 64 hex digits"},
      {With(EventJson(), "[\"a", "[1,\"a"), "/audit_path/0: must be a string"},
      {With(ConsistencyJson(), "\"first_size\":1", "\"first_size\":null"), "read the consistency proof"},
      {ConsistencyJson() + ConsistencyJson(), "read the consistency proof"},
  };
  for (const FaultCase& row : kFaults) {
    const absl::Status status = ReadProof(row.json).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << row.json;
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(row.message)) << row.json;
  }
}

}  // namespace
}  // namespace annals
