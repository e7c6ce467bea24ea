import Testing

@testable import Packages

@Suite struct `Package metadata` {
  private func read(_ content: String) throws -> PackageMetadata {
    var reader = MetadataReader(file: "/p/package-meta-data.xml")
    return try reader.read(
      Array("<ncs-package xmlns=\"http://tail-f.com/ns/ncs-packages\">\n\(content)\n</ncs-package>".utf8))
  }

  private let head = "<name>p</name><package-version>1.0</package-version>\n"

  private func error(_ content: String) throws -> String {
    try #require(throws: PackageError.self) { try read(content) }.description
  }

  @Test func `every element of a full file is read`() throws {
    let metadata = try read(
      """
      <name>
        l3vpn
      </name>
      <package-version>3.0-discovery</package-version>
      <display-name>L3 VPN</display-name>
      <description>Generated Python package</description>
      <ncs-min-version>5.8</ncs-min-version>
      <ncs-min-version>6.1</ncs-min-version>
      <ncs-max-version>6.7</ncs-max-version>
      <single-sign-on-url>/sso</single-sign-on-url>
      <python-package><vm-name>shared</vm-name><callpoint-model>multiprocessing</callpoint-model></python-package>
      <directory>./state/packages-in-use/1/l3vpn</directory>
      <templates>t1</templates>
      <templates>t2</templates>
      <template-loading-mode>strict</template-loading-mode>
      <supported-ned-id xmlns:router="http://com/example/router">router:router</supported-ned-id>
      <supported-ned-id-match>^cisco-ios-.*</supported-ned-id-match>
      <required-package><name>core</name><min-version>1.2</min-version><max-version>1.9</max-version></required-package>
      <component>
        <name>main</name>
        <description>the service</description>
        <entitlement-tag>tag</entitlement-tag>
        <application><python-class-name> l3vpn.main.Main </python-class-name><start-phase>phase1</start-phase></application>
      </component>
      """)
    #expect(metadata.name == "l3vpn")
    #expect(metadata.nameLine == 2)
    #expect(metadata.version.description == "3.0-discovery")
    #expect(metadata.displayName == "L3 VPN")
    #expect(metadata.description == "Generated Python package")
    #expect(metadata.ncsMinVersions.map(\.description) == ["5.8", "6.1"])
    #expect(metadata.ncsMaxVersions.map(\.description) == ["6.7"])
    #expect(metadata.singleSignOnURL == "/sso")
    #expect(metadata.pythonPackage?.vmName == Located(value: "shared", line: 12))
    #expect(metadata.callpointModel == .multiprocessing)
    #expect(metadata.directory == "./state/packages-in-use/1/l3vpn")
    #expect(metadata.templates == ["t1", "t2"])
    #expect(metadata.templateLoadingMode == "strict")
    #expect(
      metadata.supportedNEDIDs == [QualifiedIdentity(text: "router:router", namespace: "http://com/example/router")])
    #expect(metadata.supportedNEDIDMatches == ["^cisco-ios-.*"])
    #expect(
      metadata.requiredPackages == [
        .init(name: "core", minVersion: PackageVersion("1.2"), maxVersion: PackageVersion("1.9"), line: 19)
      ])
    #expect(
      metadata.components == [
        PackageComponent(
          name: "main", kind: .application(.python("l3vpn.main.Main"), startPhase: "phase1"),
          description: "the service", entitlementTag: "tag", line: 20)
      ])
    #expect(metadata.warnings.isEmpty)
    #expect(!metadata.isNED)
  }

  @Test func `every kind of component is read`() throws {
    let metadata = try read(
      head + """
        <component><name>n</name><ned>
          <netconf><ned-id xmlns:r="urn:r">r:router-nc-1.0</ned-id></netconf>
          <device><vendor>V</vendor><product-family>A</product-family><product-family>B</product-family>
            <operating-system>OS</operating-system></device>
          <option><name>o</name><value>1</value></option><option><name>q</name></option>
        </ned></component>
        <component><name>g</name><ned><generic><ned-id>g</ned-id><java-class-name>G</java-class-name>
          <management-protocol>rest</management-protocol></generic></ned></component>
        <component><name>u</name><upgrade><python-class-name>p.up.Up</python-class-name></upgrade></component>
        <component><name>c</name><callback><java-class-name>A</java-class-name><java-class-name>B</java-class-name></callback></component>
        <component><name>j</name><application><java-class-name>J</java-class-name></application></component>
        """)
    var router = PackageComponent.NetworkElementDriver(interface: .netconf)
    router.nedID = QualifiedIdentity(text: "r:router-nc-1.0", namespace: "urn:r")
    router.vendor = "V"
    router.productFamilies = ["A", "B"]
    router.operatingSystem = "OS"
    router.options = [.init(name: "o", value: "1"), .init(name: "q")]
    var generic = PackageComponent.NetworkElementDriver(interface: .generic)
    generic.nedID = QualifiedIdentity(text: "g", namespace: "http://tail-f.com/ns/ncs-packages")
    generic.javaClassName = "G"
    generic.managementProtocol = "rest"
    #expect(
      metadata.components.map(\.kind) == [
        .ned(router), .ned(generic), .upgrade(.python("p.up.Up")), .callback(javaClassNames: ["A", "B"]),
        .application(.java("J"), startPhase: "phase2"),
      ])
    #expect(metadata.isNED)
  }

  @Test func `the order of the elements does not matter`() throws {
    #expect(
      try read("<component><name>c</name><callback/></component>" + head).components.map(\.name) == ["c"])
  }

  @Test func `the callpoint model is threading where nothing else is said`() throws {
    #expect(try read(head).callpointModel == .threading)
    #expect(try read(head + "<python-package/>").callpointModel == .threading)
  }

  @Test func `unknown elements are warned about, elements of other namespaces and computed ones are not`() throws {
    let metadata = try read(
      head + """
        <frobnicate/>
        <x xmlns="urn:x"/>
        <build-info><date>2024</date></build-info><oper-status><up/></oper-status><config/>
        <component><name>c</name><callback/><colour/></component>
        """)
    #expect(
      metadata.warnings == [
        "/p/package-meta-data.xml:3: the element <frobnicate> is not known in <ncs-package> and is ignored",
        "/p/package-meta-data.xml:6: the element <colour> is not known in <component> and is ignored",
      ])
  }

  @Test(arguments: [
    ("<package-version>1</package-version>", "1: <ncs-package> has no <name>"),
    ("<name/><package-version>1</package-version>", "2: <name> is empty"),
    ("<name>p</name>", "1: <ncs-package> has no <package-version>"),
    ("<name>p</name>\n<name>q</name>", "3: <ncs-package> has more than one <name>, the first in line 2"),
    ("<name>p</name>\n<broken", "4: this is not XML: expected an attribute or '>' in <broken>"),
  ])
  func `a bad head names file and line`(content: String, message: String) throws {
    #expect(try error(content) == "/p/package-meta-data.xml:" + message)
  }

  @Test(arguments: [
    (
      "<python-package><callpoint-model>fast</callpoint-model></python-package>",
      "callpoint-model is threading or multiprocessing, not \"fast\""
    ),
    (
      "<python-package><vm-name>a/b</vm-name></python-package>",
      "\"a/b\" names a Python VM and its log file: no slash and no line end"
    ),
    ("<required-package/>", "<required-package> has no <name>"),
    ("<component><callback/></component>", "<component> has no <name>"),
    (
      "<component><name>c</name></component>",
      "component c must have one of <ned>, <upgrade>, <callback> and <application>; it has none"
    ),
    (
      "<component><name>c</name><callback/><upgrade/></component>",
      "component c must have one of <ned>, <upgrade>, <callback> and <application>; it has <upgrade> and <callback>"
    ),
    (
      "<component><name>c</name><callback/></component><component><name>c</name><callback/></component>",
      "component c comes twice, first in line 3"
    ),
    (
      "<component><name>c</name><application/></component>",
      "<application> of component c must have either <java-class-name> or <python-class-name>"
    ),
    (
      "<component><name>c</name><application><python-class-name>a..B</python-class-name></application></component>",
      "python-class-name is written module.Class, not \"a..B\""
    ),
    (
      "<component><name>c</name><application><java-class-name>J</java-class-name><start-phase>p</start-phase></application></component>",
      "start-phase is phase0, phase1 or phase2, not \"p\""
    ),
    (
      "<component><name>c</name><ned/></component>",
      "<ned> of component c must have one of <netconf>, <snmp>, <cli> and <generic>"
    ),
    ("<display-name/><display-name/>", "<ncs-package> has more than one <display-name>, the first in line 3"),
  ])
  func `a bad element names file and line`(content: String, message: String) throws {
    #expect(try error(head + content) == "/p/package-meta-data.xml:3: " + message)
  }

  @Test func `only a package with a VM must have a name that a file can have`() throws {
    let slash = "<name>Producer/Consumer of alarms</name><package-version>1.0</package-version>"
    #expect(try read(slash).name == "Producer/Consumer of alarms")
    #expect(
      try error(
        slash
          + "<component><name>c</name><application><python-class-name>C</python-class-name></application></component>"
      ) == "/p/package-meta-data.xml:2: "
        + "\"Producer/Consumer of alarms\" names a Python VM and its log file: no slash and no line end")
  }

  @Test func `another root element is refused`() throws {
    var reader = MetadataReader(file: "f.xml")
    let error = try #require(throws: PackageError.self) { try reader.read(Array("<ncs-package/>".utf8)) }
    #expect(
      error.description
        == "f.xml:1: expected <ncs-package xmlns=\"http://tail-f.com/ns/ncs-packages\">, found <ncs-package>")
  }
}
