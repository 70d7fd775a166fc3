/**
 * What the migrations make of each function, by a hash of it (`FUNCTIONS` in catalogue.ts). Kept in the program and not in
 * the database, where who replaces a function could replace its hash. After a migration that adds or changes one,
 * `npx jest --selectProjects e2e --testPathPatterns security-audit-functions` shows what to write here.
 */
export const functionHashes: Readonly<Record<string, string>> = {
  'ava.claimed(text)': '1a8f1883b04691c22cf485fca9e7380089a6b24e55397bfa1b8b8e6ce9d6c493',
  'ava.enter_identity(text,uuid,text)':
    '46eb3b34f51e5d89c69fecdbd530187a9e695376345ef73ca9f0df8349a14b19',
  'ava.enter_operator(uuid,uuid,uuid,text)':
    'a19fb329370cb6830b578f77efed2027ecd631985ddde1c38fc4d064b2c51b8f',
  'ava.enter_tenant(uuid,uuid,uuid,text)':
    'ca3b8b221f224cb0bcf593402a79f88c00ae5dc5051aa56ede6c25f27d88a4d0',
  'ava.find_account(text)': 'ada18685c3e23e748a3fa945b50a3bcaead27e102e0c16adb8da15d492cccdf0',
  'ava.hand_over_numbers(uuid)': 'c06e14fab7c52c36abf16d220283f661177359bbc600a768b103527439be34f6',
  'ava.identity_user()': '935f6734ad679f56dd8c7db313a51d73fde2266b16398f87dd6de578b151fa25',
  'ava.is_mine(uuid)': '0f200ad547d53a4dbaa0aadd997b78d04eb6dd74a4c60097a0598c5b0828a5a9',
  'ava.is_server()': 'b3a4d90f7b2c8e1db0a154794eff8940c7810f792579775b1a45461c6c91eedb',
  'ava.my_credential_usage()': '83e1855197cf9376cc78a0297e6f44824989d0cb13b62d29b1675b270b658c2c',
  'ava.my_tenants()': '490ce7e1f806554c88a978f59bddef5d85873c4e2af978a00544655bd631f156',
  'ava.open_tenant(uuid,text)': 'ec35ecc6dc49f79bf8eb9b0c9029609b0d685db5d4ff4da653329a8f7c556a3b',
  'ava.operator_id()': '3f7c91d9a0dcd06df9ba791286d8390853ea7f822dd965d35e523b1acffc6199',
  'ava.others_in(uuid)': '69a247fddda5ca4c943f4b0c163a2a04b7a69e0e1fe322b9e332b82899b0fb99',
  'ava.refuse_change()': '489eb2f31ffcd3795c0f06fa03e64f7fa57537118b3172162dcdc2d78fc058df',
  'ava.security_counts(integer,integer)':
    'b7c961c33749d8641e10df5f04ed5894820ad3c4c5f3a70a325884bbd35793bc',
  'ava.session_owner(uuid)': 'b9b47181c5e92d4b7dc08846fef38301c75822e658562c0091122eedcdc3ee15',
  'ava.standing(uuid,uuid,uuid)':
    'bfc6caab84995ca8c1cfedecbb13782f91a6b9d1ca586be96c6b8b70c14ab1dd',
  'ava.take_turn(text,integer,integer)':
    '76d576e84f5d56c6f7f2ded2586106462b2d4ad5dc1a4c7851fe1372ae6fb827',
  'ava.tenant_id()': '3d3c1d7137d46f43792bb64024f5a06d1a06df2794d45a9ce904ddd61faf4ce9',
  'ava.user_id()': '3adbeee352a34b82b763fbea01e253bee323eb58992f5bffb89d1e08b9cf8416',
  'memberships_keep_an_owner()': 'd3ba7c341523414438c395c44ed9a627ded6dbe1247417c5bc68e27298296b34',
  'memberships_remove_empty_tenant()':
    'c74e2831cecdf30c609b6e873331639197e808e65fe4308a00ad8ef4d04ada1d',
};
