#include "gluster/rpc/answers.hpp"

namespace glusterfs_exporter::gluster::rpc {

namespace {

/// "HOST:PORT" without its port. A host of IPv6 has colons too; a path (a client over a unix socket) has
/// none.
std::string without_port(std::string text) {
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && to_number<std::uint32_t>(std::string_view(text).substr(colon + 1))) {
    text.erase(colon);
  }
  return text;
}

}  // namespace

Result<std::vector<model::BrickClient>> read_brick_clients(const Dict& dict) {
  const auto count = dict.number<std::uint32_t>("clientcount");
  if (!count) {
    return missing_key("clientcount");
  }
  std::vector<model::BrickClient> clients;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto prefix = "client" + std::to_string(i) + ".";
    model::BrickClient client;
    client.host = without_port(dict.text(prefix + "hostname"));
    if (client.host.empty()) {
      return missing_key(prefix + "hostname");
    }
    client.name = dict.text(prefix + "name");
    client.bytes_read = dict.number(prefix + "bytesread").value_or(0);
    client.bytes_written = dict.number(prefix + "byteswrite").value_or(0);
    client.op_version = dict.number(prefix + "opversion").value_or(0);
    clients.push_back(std::move(client));
  }
  return clients;
}

Result<model::BrickMemory> read_brick_memory(const Dict& dict) {
  const auto in_use = dict.number("mallinfo.uordblks");
  const auto free = dict.number("mallinfo.fordblks");
  const auto mapped = dict.number("mallinfo.hblkhd");
  if (!in_use || !free || !mapped) {
    return missing_key("mallinfo.uordblks, fordblks, hblkhd");
  }
  return model::BrickMemory{*in_use, *free, *mapped};
}

Result<std::optional<model::BrickInodeTable>> read_brick_inode_table(const Dict& dict) {
  const auto slots = dict.number<std::uint32_t>("conncount");
  if (!slots) {
    return missing_key("conncount");
  }
  // One table serves all clients. It stands under the number of the first one, which need not be 0.
  std::optional<model::BrickInodeTable> table;
  dict.for_each("conn", [&](const std::string& key, const std::string& value) {
    const auto number = to_number(value);
    if (!number) {
      return;
    }
    if (!table && key.contains(".itable.")) {
      table.emplace();
    }
    if (key.ends_with(".itable.active_size")) {
      table->active = *number;
    } else if (key.ends_with(".itable.lru_size")) {
      table->lru = *number;
    } else if (key.ends_with(".itable.lru_limit")) {
      table->lru_limit = *number;
    } else if (key.ends_with(".itable.purge_size")) {
      table->purge = *number;
    }
  });
  return table;
}

Result<std::optional<std::uint64_t>> read_call_pool(const Dict& dict) {
  const auto count = dict.number("callpool.count");
  if (!count && dict.contains("callpool.count")) {
    return missing_key("callpool.count");
  }
  return count;
}

}  // namespace glusterfs_exporter::gluster::rpc
