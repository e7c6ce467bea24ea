import Testing
import Yang

@Suite struct `Nano services` {
  private func compile(_ plan: String) throws -> CompiledSchema {
    try Scratch([
      "vr.yang": """
      module vr {
        yang-version 1.1; namespace urn:vr; prefix x;
        import tailf-ncs { prefix n; }
        list vrouter {
          key name;
          uses n:nano-plan-data;
          uses n:service-data;
          n:servicepoint vr-point { n:conflicts-with other-point; }
          leaf name { type string; }
        }
        identity requested { base n:plan-state; }
        identity router { base n:plan-component-type; }
        \(plan)
      }
      """
    ]).compile()
  }

  private static let outline = """
    n:plan-outline plan {
      description "A plan.";
      n:component-type "x:router" {
        n:state "n:init";
        n:state "x:requested" {
          n:create { n:nano-callback; n:pre-condition { n:monitor "$SERVICE"; } }
          n:delete { n:nano-callback; }
        }
        n:state "n:ready" { n:create { n:post-action-node "$SERVICE" { n:action-name a; } } }
      }
    }
    """

  @Test func `a behaviour tree becomes components with their states`() throws {
    let result = try compile(
      Self.outline + """
        n:service-behavior-tree vr-point {
          n:plan-outline-ref "x:plan";
          n:plan-location "../plan";
          n:selector {
            n:variable NAME { n:value-expr "current()/name"; }
            n:create-component "'router'" { n:component-type-ref "x:router"; }
          }
        }
        """)
    #expect(result.errors.isEmpty, "\(result.errors)")
    let service = try #require(result.schema.nanoServices["vr-point"])
    #expect(service.planLocation == "../plan")
    let component = try #require(service.components.first)
    #expect(component.type == "x:router")
    #expect(component.nameExpression == "'router'")
    // A state is named with its module's own prefix, whatever the importing file calls that module.
    #expect(component.states.map(\.name) == ["ncs:init", "x:requested", "ncs:ready"])
    #expect(component.states.map(\.hasCreateCallback) == [false, true, false])
    #expect(component.states.map(\.hasDeleteCallback) == [false, true, false])
    let left = service.unsupported.map(\.statement)
    #expect(left == ["n:variable NAME", "n:pre-condition", "n:post-action-node $SERVICE"])
    #expect(service.unsupported.allSatisfy { $0.source.line > 12 })
    let list = try #require(result.schema.node("/vrouter"))
    #expect(list.servicepoint == "vr-point")
    #expect(list.conflictingServicepoints == ["other-point"])
    #expect(list.callpoint == nil)
    #expect(result.schema.node("/vrouter/plan/component")?.keys.count == 2)
  }

  @Test(arguments: [
    ("n:service-behavior-tree vr-point { n:plan-outline-ref none; }", "there is no plan outline `none`"),
    ("n:service-behavior-tree vr-point { }", "the behavior tree of vr-point has no `plan-outline-ref`"),
    ("n:plan-outline other { n:component-type x:nothing; }", "there is no identity `x:nothing`"),
    ("y:plan-outline other;", "nothing is imported with the prefix `y`"),
  ])
  func `what does not fit together is an error`(plan: String, message: String) throws {
    let result = try compile(plan)
    #expect(result.errors["test"]?.first?.message.hasPrefix(message) == true, "\(result.errors)")
    #expect(result.errors["test"]?.first?.source.line == 13)
  }
}
