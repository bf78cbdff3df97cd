// The interpreter of the conformance language (SPEC.md): runs a program on this project's runtime.
//
//     conformance             one program on stdin, its log on stdout
//     conformance --batch     one program per line in, {"log": [...]} or {"error": "..."} per line out
#include <cstring>
#include <iostream>

#include "tests/conformance/run.hpp"

namespace {

using conformance::Json;

std::vector<std::string> run(const std::string& text) {
    return conformance::run(conformance::Program(Json::parse(text)));
}

void run_batch() {
    for (std::string line; std::getline(std::cin, line);) {
        if (line.empty()) continue;
        Json answer;
        try {
            answer["log"] = run(line);
        } catch (const std::exception& error) { answer["error"] = error.what(); }
        std::cout << answer.dump() << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    if (argc == 2 && std::strcmp(argv[1], "--batch") == 0) {
        run_batch();
        return 0;
    }
    if (argc != 1) {
        std::cerr << "usage: conformance [--batch] < program\n";
        return 2;
    }
    try {
        for (const std::string& line : run(std::string(std::istreambuf_iterator<char>(std::cin), {})))
            std::cout << line << '\n';
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
