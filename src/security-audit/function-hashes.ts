/**
 * What the migrations make of each function, by a hash of it (`FUNCTIONS` in catalogue.ts). Kept in the program and not in
 * the database, where who replaces a function could replace its hash. After a migration that adds or changes one,
 * `npx jest --selectProjects e2e --testPathPatterns security-audit-functions` shows what to write here.
 */
export const functionHashes: Readonly<Record<string, string>> = {
  'ava.accept_invitation(bytea,text,inet)':
    'a8b76522c5a3805866fba9e8bdbd991a18b3f172f869951cae5ac7de175dd63d',
  'ava.call_query(jsonb,boolean)':
    '5704eb6bbd67981c2a3ae2d59a62f003a64c0cec61796a4bdc1e13132e5178b3',
  'ava.call_vector(uuid,text,text)':
    'd3de3337a5c195fb3fbc1d1c54a45745cfb73f07a829828bee4b795a49cdc47a',
  'ava.claimed(text)': '1a8f1883b04691c22cf485fca9e7380089a6b24e55397bfa1b8b8e6ce9d6c493',
  'ava.decline_invitation(bytea,text,inet)':
    '2ae6c6dd75eddf311b74dd914bf7276d125a0f140dec40f7cbf0c61d98c9ebf9',
  'ava.delivery_pending()': 'd6c6b1d9ea76e209acc47dc74a1ba113b20653db83d6dc060fff863f067ad389',
  'ava.departure()': 'e0d52e00fe37a5fbecd1726c0865a85574835970d72a144d9796062cf6be3d0d',
  'ava.end_sessions(uuid)': '0af3496e6cb125eb1f1201d542f9394ec1d3d4a19f714ba5cf1bcb93192fee95',
  'ava.enqueue(text,jsonb)': '2f6a7dc45644d20b5fc9183aa8c943f49f7baa37cdb3b3b0d6ffdb19b5fd6d92',
  'ava.enter_identity(text,uuid,text)':
    '46eb3b34f51e5d89c69fecdbd530187a9e695376345ef73ca9f0df8349a14b19',
  'ava.enter_job(text,uuid,text)':
    'e4e5f487cea67c19fff56d1b95935d527f096346e736e490ea673260e036ad5a',
  'ava.enter_operator(uuid,uuid,uuid,text)':
    'a19fb329370cb6830b578f77efed2027ecd631985ddde1c38fc4d064b2c51b8f',
  'ava.enter_queue(text,text)': '8f4535721965545cf8282d01cde2d97cab9934fcabb371c0221a585c831017ae',
  'ava.enter_tenant(uuid,uuid,uuid,text)':
    'ca3b8b221f224cb0bcf593402a79f88c00ae5dc5051aa56ede6c25f27d88a4d0',
  'ava.find_account(text)': 'ada18685c3e23e748a3fa945b50a3bcaead27e102e0c16adb8da15d492cccdf0',
  'ava.find_invitation(bytea)': '701b23b9ec96ce1e8286408943163fbc833f6ce0ccbb99a060e0a7b02fb3f18a',
  'ava.find_login(text,inet)': '2c328e0472527699af98ccdfa5c23ff0b3012e2af620b72dc1e328893353b313',
  'ava.find_tenants(uuid,text,text,boolean,timestamp with time zone,uuid,integer)':
    '83e20403e6e87fdcb70a58a507ca5135f8ef68b9e5baf162bf7ce7972883ea38',
  'ava.find_users(uuid,text,timestamp with time zone,uuid,integer)':
    '239f21e5ed6e560396de3f2a6c86d19d3ed40aee215d1ecaf9613dbf78de3aa0',
  'ava.fold(text)': '0d99f552364ba5d8754049bf079c047c95157f8065074837b08bc188bc05f5af',
  'ava.hand_over_numbers(uuid)': 'c06e14fab7c52c36abf16d220283f661177359bbc600a768b103527439be34f6',
  'ava.identity_user()': '935f6734ad679f56dd8c7db313a51d73fde2266b16398f87dd6de578b151fa25',
  'ava.index_call()': 'd31373025ef1a421bdb03be47e2192343dc0afea3ecd05f695e71aebf31604e0',
  'ava.installation_counts()': '03c6dd3c588b0e3ce9d4cdfe53323566e079d3c194e7614e59b36345786b51c5',
  'ava.invitation_closed(invitations)':
    'a1e8814d7f59bbb354547c2c9e71978db7d118821c8b87739940d71434905130',
  'ava.invitation_refused(invitations)':
    '80357b44c64f70481232a4ba04f3a9eec4305723bd8ae18846662ca4f8085f89',
  'ava.invitation_state(invitations)':
    '82c2f759d9dfcca142f56b8192f816e6dd8283be49bd027c972d2694cc1d536c',
  'ava.invite(uuid,text,text,bytea,bytea)':
    'c02843a0bad456a81220f9b069a2162670d7671991587050b3c14c91967539f2',
  'ava.inviting_refused(text,text,text)':
    'e8e9ed8fd45910fe6d68ab4de2c7b1f6871694201d86c6b75a81bc7f22241028',
  'ava.is_mine(uuid)': '0f200ad547d53a4dbaa0aadd997b78d04eb6dd74a4c60097a0598c5b0828a5a9',
  'ava.is_server()': 'b3a4d90f7b2c8e1db0a154794eff8940c7810f792579775b1a45461c6c91eedb',
  'ava.job_pass(uuid,bytea)': '334fa169067f60630f2af8abd7e297648b2d7be1d7b88f75805b9a3157a1d0b3',
  'ava.job_standing()': '3b55f33ed8eef86274940f83efd01577b419ddf1560542f79c9838e741555573',
  'ava.list_jobs(text,timestamp with time zone,uuid,integer)':
    'c9f3e56dbf7a4133cee50221aec2e833da89f6d242eef49eb76d8171f125bbd2',
  'ava.log_calls()': '8a7f8890778a47275050c7e61e96cba8899418d2eb99363401b4fd803bb7aa96',
  'ava.marked_words(uuid,text)': '484cce84ae2a4db0f34ee948eefbf04ff762aba9997c8540390f3c80deb34e92',
  'ava.matching_calls(jsonb)': '8444399c9e3a1f8526f4cf23c279885eaa01c86c31c50a9c2912a07a9a7ec030',
  'ava.member(uuid)': '7dd405ff0a34fa0061e5d9ffa275525b09eb10e4d3c1a3f84664e9322e405f10',
  'ava.members(timestamp with time zone,uuid,integer)':
    'f79ef2959a8bd9801a879fb403bafca843a4f831b07c5866cece568b9117bd55',
  'ava.my_credential_usage()': '83e1855197cf9376cc78a0297e6f44824989d0cb13b62d29b1675b270b658c2c',
  'ava.my_credentials()': '915df085e0ebb73e876c08cff803f1b78841d6bacae205329c3948cf9ae8d7a7',
  'ava.my_events(timestamp with time zone,uuid,integer)':
    'f35d9e3bcc02f24fdcfc7c0670c829af52d6d9ad98263c1aa25d63c38b31c311',
  'ava.my_invitations(integer)': '69307300cf369be860907211697ae5323cb0d0219361dc627094936f76b54793',
  'ava.my_numbers(integer)': '3f5698ed6a9fba0aaccf4cd1cccbad4b9aa43a39de4b4cedc788e5248a8c96de',
  'ava.my_tenants()': 'f0c2e4bc86fc55db372c1dc47eb6b02bf3abaa41a3a054de6a187762e5e14bdc',
  'ava.note_delivery(text)': 'c11ba48509b0083d7f79a81599e083aaf32b0785a6b49a0890b1591231d8ad61',
  'ava.open_job(text,uuid)': '3ded554d2ec0360cc0fd792765f80fb1c846af1721e5b59e6cf555a3740f95fe',
  'ava.open_tenant(uuid,text)': 'ec35ecc6dc49f79bf8eb9b0c9029609b0d685db5d4ff4da653329a8f7c556a3b',
  'ava.operator_id()': '3f7c91d9a0dcd06df9ba791286d8390853ea7f822dd965d35e523b1acffc6199',
  'ava.others_in(uuid)': 'b27d6f250240b75617e619eb577619cd3f23e33f0514a01f0f4631a3019e4ebb',
  'ava.own_invitation(uuid)': '98a1f459f971a7626fcd0d23219b3ecbfc67ce4ee317126423cbfc5082020980',
  'ava.own_role_locked()': '3b3f0a8d731318aff6d9cdf8a3586cd8df4f6c1c28ddb54b6c04e8d4a5da9058',
  'ava.owner_of_job(uuid)': 'b75f8449e96eb697fd9f7ac5c7557dfaed573d50acad71afcefcd03f1d0bb229',
  'ava.record_answer(invitations,text,text,inet)':
    '4433cd0cab92b8c82f5a5562c072fa42fe26992f69cadbd0d2093a81c9c9eb6f',
  'ava.refuse_change()': '489eb2f31ffcd3795c0f06fa03e64f7fa57537118b3172162dcdc2d78fc058df',
  'ava.refuse_last_owner(uuid)': '3324307af29da1da4b7bc9004c5b88caf1e8036d5c4e9b3f9d870383c87937cc',
  'ava.remove_member(uuid)': '0305af6e51236610139cebcd0c3f3caa905670af968004da71bb0064a0d03273',
  'ava.resend_invitation(uuid,bytea,bytea)':
    '9607c36fc484961291d6e8aed89f9e2f1f613db5c9884d1887a8bf43438f9df3',
  'ava.resume_tenant(uuid)': '12bfad36daa6782977d5c4175309f8d9bcc0ea526297d580228d3608052ffe92',
  'ava.retry_job(uuid)': '5825f7c712e090bfafd21f22b9e85ec586f972aebfac6cfaa2c0367cdb3c7a01',
  'ava.revoke_invitation(uuid)': '01b350e987d95c8664ac0fb88fdef50f8c54b2f934d3a0031b9a1658f6b7dfd3',
  'ava.revoke_with_inviter()': '65e17304b15b7db840d7284657eaf8e0279484f9ed7ca4a661d001f908e5779a',
  'ava.role_of_member(uuid)': 'd55e817ee329ddecd433e953a3b47adee58fabac3e0ab0c22cb0b9df510a5053',
  'ava.schedule_retention()': '4461ed00af776c1a9d88416bd89c2ab99b7f669659e356fe4fbc2592197defcb',
  'ava.security_counts(integer,integer)':
    'b7c961c33749d8641e10df5f04ed5894820ad3c4c5f3a70a325884bbd35793bc',
  'ava.session_owner(uuid)': 'b9b47181c5e92d4b7dc08846fef38301c75822e658562c0091122eedcdc3ee15',
  'ava.set_member_role(uuid,text)':
    '7813ed9f7ea9d8a203f6cd44c012608bfe5f2b9f2df1946b87422c8f158096a1',
  'ava.standing(uuid,uuid,uuid)':
    'bfc6caab84995ca8c1cfedecbb13782f91a6b9d1ca586be96c6b8b70c14ab1dd',
  'ava.suspend_tenant(uuid,text)':
    '0707d48c9b88ce93dc59f7d920324769fb6c50d11b1928b9c11256836df3ada5',
  'ava.suspension(uuid,uuid,uuid)':
    '0574ef932dfec98554729d82d695e99bd943aa3d4df698e84f1fe72a81671904',
  'ava.sweep_account_tokens()': '7cc517744609fbcf8f33b79d1ac9a280e1b92eab635ebbba95cca93812e6b25f',
  'ava.take_turns(text[],integer[],integer[])':
    '1b98530ea1110f0351de6f64b28bf83065405bc37702c194a39e1b3b48412ff5',
  'ava.tenant_id()': '1e926c34c808a7641ae6686ea67498677d6401bd20d55b6ea95d2b7b38da71fe',
  'ava.token_owner(bytea,text)': 'ca3a4a86c178f0ab2c71bc2067ceba20a16135c4848c237ac089c82a44363278',
  'ava.transfer_tenant(uuid)': '9692369cba9069d0e4b85a1978b966b39636b7bd4badb96588c28dc86c862eb8',
  'ava.user_id()': '1101345281bd2e4fc2701ff2ea3951b321e8d133a5f6e442d9bf642c68954585',
  'ava.watch_calls(uuid[],uuid[],uuid[])':
    '54502e1dd2e8aaa21a7075f237cad831696ed94cf633d06436b7146763e87056',
  'ava.word_forms(text)': '24e05eea27ecbf8bc24ef7b0e451f3189c0a6b99bd59fa245a6f0bc51a766eaf',
  'ava.word_mark(uuid)': '6b0ce0e16821a43e462ecf0c075142a083006e8f4e2fdffcca83715b45f9a4ae',
  'ava.words(text)': 'c28ebe617332cf489e961bc76cc0e608366fa768c0f325f20715e70dc92d50ab',
  'memberships_keep_an_owner()': 'd3ba7c341523414438c395c44ed9a627ded6dbe1247417c5bc68e27298296b34',
  'memberships_remove_empty_tenant()':
    'c74e2831cecdf30c609b6e873331639197e808e65fe4308a00ad8ef4d04ada1d',
};
