#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "support/source_dir.hpp"

namespace glusterfs_exporter::test {

/// The published schemas allow members that they do not name, so that some can be added; the exporter's own
/// documents may have none that is not described.
inline void allow_nothing_else(nlohmann::json& schema) {
  if (schema.is_object() && schema.contains("properties") && schema["properties"].is_object() &&
      !schema.contains("additionalProperties")) {
    schema["additionalProperties"] = false;
  }
  for (auto& part : schema) {
    if (part.is_structured()) {
      allow_nothing_else(part);
    }
  }
}

/// What Python's jsonschema (Debian: python3-jsonschema) says against `document`, a line for each error with
/// the place; empty when it is valid. `name` is that of a file in docs/schema.
inline std::string schema_errors(const std::string& name, const nlohmann::json& document) {
  std::ifstream file(source_dir() / "docs/schema" / name);
  auto schema = nlohmann::json::parse(file);
  allow_nothing_else(schema);
  const auto path = testing::TempDir() + "json_schema_" + std::to_string(getpid()) + ".json";
  std::ofstream(path) << nlohmann::json::array({std::move(schema), document});
  const auto command =
      "python3 -c 'import json, sys, jsonschema\n"
      "schema, document = json.load(open(sys.argv[1]))\n"
      "checker = jsonschema.Draft202012Validator(schema)\n"
      "for e in checker.iter_errors(document): print(e.json_path + \": \" + e.message[:200])\n"
      "' '" +
      path + "' 2>&1";
  std::string errors;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    errors += buffer.data();
  }
  std::remove(path.c_str());
  return pipe == nullptr ? "python3 could not be started" : errors;
}

}  // namespace glusterfs_exporter::test
