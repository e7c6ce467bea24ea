@main
struct CallpointCommand {
  static func main() {
    print("callpoint")
  }
}
