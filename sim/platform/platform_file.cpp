#include "sim/platform/platform_file.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

namespace psgrid::sim {
namespace {

using Tree = boost::property_tree::ptree;

constexpr std::uint64_t kHostsMax = 1u << 24;
const char* const kFilePointer = "/network/file";

std::string attribute(const Tree& element, const std::string& name) {
  return element.get("<xmlattr>." + name, std::string());
}

// A whole number that is all of `text`.
std::optional<std::uint64_t> whole_number(const std::string& text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// "0-9,12" as SimGrid's clusters write it; nothing if it is malformed.
std::optional<std::vector<Range>> radical_ranges(const std::string& radical) {
  std::vector<Range> ranges;
  for (std::size_t begin = 0; begin <= radical.size();) {
    const std::size_t end = std::min(radical.find(',', begin), radical.size());
    const std::string group = radical.substr(begin, end - begin);
    const std::size_t dash = group.find('-');
    const auto first = whole_number(group.substr(0, dash));
    const auto last = dash == std::string::npos ? first : whole_number(group.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    ranges.push_back({*first, *last});
    begin = end + 1;
  }
  return ranges;
}

class FileReader {
 public:
  PlatformFile read(const std::string& path) {
    path_ = path;
    std::ifstream in(path);
    if (!in) {
      report("cannot open the platform file \"" + path + "\"");
      return std::move(file_);
    }
    try {
      Tree document;
      boost::property_tree::read_xml(in, document,
                                     boost::property_tree::xml_parser::no_comments |
                                         boost::property_tree::xml_parser::trim_whitespace);
      read_document(document);
    } catch (const boost::property_tree::xml_parser_error& error) {
      report("\"" + path + "\" is not XML: " + error.message() + " in line " +
             std::to_string(error.line()));
    }
    return std::move(file_);
  }

 private:
  void report(std::string message) { file_.errors.push_back({kFilePointer, std::move(message)}); }

  void read_document(const Tree& document) {
    const auto platform = document.find("platform");
    if (platform == document.not_found()) {
      report("\"" + path_ + "\" is no SimGrid platform: it has no element <platform>");
      return;
    }
    const std::string version = attribute(platform->second, "version");
    if (version != "4" && version != "4.0" && version != "4.1")
      report("\"" + path_ + "\" has version \"" + version +
             "\", but only 4 and 4.1 can be read; SimGrid's simgrid_update_xml converts it");
    read_elements(platform->second);
    if (file_.errors.empty() && file_.hosts.empty()) report("\"" + path_ + "\" has no hosts");
  }

  void read_elements(const Tree& parent) {
    for (const auto& [tag, element] : parent) {
      if (tag == "host" || tag == "peer")
        add_host(attribute(element, "id"), tag);
      else if (tag == "cluster" || tag == "cabinet")
        add_cluster(element, tag);
      else if (tag == "zone" || tag == "AS")
        read_elements(element);
      if (file_.errors.size() >= kErrorsMax) return;
    }
  }

  void add_host(const std::string& name, const std::string& tag) {
    if (name.empty())
      report("\"" + path_ + "\" has a <" + tag + "> without an id");
    else if (!seen_.insert(name).second)
      report("\"" + path_ + "\" has two hosts \"" + name + "\"");
    else
      file_.hosts.push_back(name);
  }

  void add_cluster(const Tree& element, const std::string& tag) {
    const std::string radical = attribute(element, "radical");
    const std::string id = attribute(element, "id");
    const auto ranges = radical_ranges(radical);
    if (!ranges) {
      report("in \"" + path_ + "\", the " + tag + " \"" + id + "\" has the radical \"" + radical +
             "\"; expected something like \"0-9,12\"");
      return;
    }
    for (const Range& range : *ranges) {
      if (range.last - range.first >= kHostsMax) {
        report("in \"" + path_ + "\", the " + tag + " \"" + id + "\" has too many hosts");
        return;
      }
      for (std::uint64_t i = range.first; i <= range.last; ++i)
        add_host(attribute(element, "prefix") + std::to_string(i) + attribute(element, "suffix"),
                 tag);
    }
  }

  static constexpr std::size_t kErrorsMax = 20;

  std::string path_;
  PlatformFile file_;
  std::set<std::string> seen_;
};

std::string too_few(std::size_t found, const HostLayout& layout, const std::string& who) {
  return "the nodes need " + std::to_string(layout.hosts().size()) + " hosts, but " + who + " " +
         std::to_string(found) + "; to put several nodes on a host, use nodes_per_host in a group";
}

}  // namespace

PlatformFile read_platform_file(const std::string& path) { return FileReader().read(path); }

HostAssignment assign_hosts(const NetworkSpec& network, const HostLayout& layout,
                            const std::vector<std::string>& file_hosts) {
  HostAssignment assignment;
  const std::set<std::string> in_file(file_hosts.begin(), file_hosts.end());
  std::set<std::string> taken;
  for (std::size_t i = 0; i < network.platform_hosts.size(); ++i) {
    const std::string& name = network.platform_hosts[i];
    const std::string pointer = "/network/hosts/" + std::to_string(i);
    if (!in_file.contains(name))
      assignment.errors.push_back({pointer, "the platform file has no host \"" + name + "\""});
    if (!taken.insert(name).second)
      assignment.errors.push_back({pointer, "the host \"" + name + "\" is listed twice"});
  }
  const std::size_t needed = layout.hosts().size();
  if (!network.platform_hosts.empty()) {
    if (network.platform_hosts.size() < needed)
      assignment.errors.push_back(
          {"/network/hosts", too_few(network.platform_hosts.size(), layout, "this list has")});
    assignment.names = network.platform_hosts;
    assignment.names.resize(needed);
    return assignment;
  }
  if (file_hosts.size() < needed) {
    assignment.errors.push_back(
        {kFilePointer, too_few(file_hosts.size(), layout, "the platform file has")});
    return assignment;
  }
  for (const HostPlan& host : layout.hosts())
    if (in_file.contains(host.name)) taken.insert(host.name);
  auto next = file_hosts.begin();
  for (const HostPlan& host : layout.hosts()) {
    if (in_file.contains(host.name)) {
      assignment.names.push_back(host.name);
      continue;
    }
    while (taken.contains(*next)) ++next;
    assignment.names.push_back(*next++);
  }
  return assignment;
}

}  // namespace psgrid::sim
