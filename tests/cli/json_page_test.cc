// docs/json_api.md names every command and every field of it, and none that there is not.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <capnp/schema.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schemas/command.capnp.h"
#include "schemas/json_schema.h"

namespace annals {
namespace {

using Names = std::set<std::string>;

std::string NameOf(capnp::StructSchema::Field field) {
  return SnakeCase(field.getProto().getName().cStr());
}

// The keys on the page's line for the command, without "command"; empty where there is no such line.
Names KeysOnPage(const std::string& command) {
  static const std::string kKey = "\":";
  std::ifstream page(ANNALS_SOURCE_DIR "/docs/json_api.md");
  Names keys;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(fmt::format(R"({{"command":"{}")", command))) continue;
    for (size_t end = line.find(kKey); end != std::string::npos; end = line.find(kKey, end + 1)) {
      const size_t begin = line.rfind('"', end - 1) + 1;
      keys.insert(line.substr(begin, end - begin));
    }
    break;
  }
  keys.erase("command");
  return keys;
}

TEST(JsonPage, HasEveryCommandWithAllItsFields) {
  const auto body = capnp::Schema::from<schema::Command>().getFieldByName("body").getType().asStruct();
  for (const auto command : body.getUnionFields()) {
    if (!command.getType().isStruct()) continue;
    Names fields;
    for (const auto field : command.getType().asStruct().getFields()) fields.insert(NameOf(field));
    EXPECT_EQ(KeysOnPage(NameOf(command)), fields) << NameOf(command);
  }
}

}  // namespace
}  // namespace annals
